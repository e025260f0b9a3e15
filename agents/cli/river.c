/* muster river [RELEASE]: where the water of each release is when, how long it can be held, who is
 * below, and levels against their marks. Computed here from the record, as the rules compute it.
 */
#include "agents/cli/look.h"
#include "agents/cli/options.h"
#include "agents/cli/show/show.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "proto/picture/level.h"
#include "proto/rules/release.h"

#define OUT_BYTES 1024u

struct page {
    const struct mu_look *look;
    const struct mu_river *river;
    const char *only; /* one release; NULL: all */
    const char *operation;
    const char *basis;
    int64_t now_ms;
    size_t lines;
};

static bool is_people(const struct page *page)
{
    return page->look->cli->form == MU_FORM_HUMAN;
}

static bool is_json(const struct page *page)
{
    return page->look->cli->form == MU_FORM_JSON;
}

static void iso(const struct page *page, char *out, size_t size, int64_t ms)
{
    struct mu_text text = mu_text(out, size);

    mu_show_iso(&text, &page->look->style, ms);
}

static void clock_of(const struct page *page, char *out, size_t size, int64_t ms)
{
    struct mu_text text = mu_text(out, size);

    mu_show_clock(&text, &page->look->style, ms);
}

static void metres(char *out, size_t size, int64_t mm)
{
    struct mu_text text = mu_text(out, size);

    mu_show_metres(&text, mm);
}

/* ---- arrivals ---- */

static void arrival_for_machines(struct page *page, const struct mu_arrival *arrival)
{
    char line[OUT_BYTES], from[48] = "", to[48] = "";
    struct mu_text out = mu_text(line, sizeof line);

    if (arrival->known) {
        iso(page, from, sizeof from, arrival->earliest_ms);
        iso(page, to, sizeof to, arrival->latest_ms);
    }
    if (!is_json(page)) {
        printf("arrival\t%s\t%s\t%u\t%s\t%s\t%lld\n", page->operation, arrival->zone->area,
               (unsigned)arrival->step, from, to, (long long)arrival->distance_m);
        return;
    }
    mu_json_open(&out);
    mu_json_member(&out, "release", page->operation);
    mu_json_member(&out, "area", arrival->zone->area);
    mu_json_number(&out, "step", arrival->step);
    mu_json_number(&out, "distanceM", arrival->distance_m);
    if (arrival->known) {
        mu_json_member(&out, "earliest", from);
        mu_json_member(&out, "latest", to);
    }
    if (arrival->discharge_class != NULL)
        mu_json_member(&out, "class", arrival->discharge_class);
    mu_json_close(&out);
    puts(line);
}

static void arrival_for_people(struct page *page, const struct mu_arrival *arrival)
{
    char zone[128], when[64], step[16], km[32];
    struct mu_text name = mu_text(zone, sizeof zone), window = mu_text(when, sizeof when);
    struct mu_text distance = mu_text(km, sizeof km);
    Muster__Window times = MUSTER__WINDOW__INIT;

    mu_show_named(&name, &page->look->style, arrival->zone->area);
    mu_show_milli(&distance, arrival->distance_m);
    snprintf(step, sizeof step, "%u", (unsigned)arrival->step);
    if (!arrival->known) {
        mu_output_line(page->look->cli, MU_W_RIVER_NO_ARRIVAL, zone, step, km, NULL);
        return;
    }
    times.has_start_at_ms = times.has_end_at_ms = true;
    times.start_at_ms = arrival->earliest_ms;
    times.end_at_ms = arrival->latest_ms;
    mu_show_window(&window, &page->look->style, &times);
    mu_output_line(page->look->cli, MU_W_RIVER_ARRIVAL, zone, step, when,
                   arrival->discharge_class == NULL ? "-" : arrival->discharge_class, km, NULL);
}

static bool print_arrival(void *user, const struct mu_arrival *arrival)
{
    struct page *page = user;

    if (arrival->basis != NULL)
        page->basis = arrival->basis;
    if (is_people(page))
        arrival_for_people(page, arrival);
    else
        arrival_for_machines(page, arrival);
    return true;
}

/* ---- the hold ---- */

static void hold_for_people(struct page *page, const struct mu_hold *hold)
{
    const struct mu_cli *cli = page->look->cli;
    char until[32], level[32], limit[32], read[32];

    if (!hold->known) {
        mu_output_line(cli, MU_W_RIVER_HOLD_UNKNOWN, NULL);
        return;
    }
    metres(level, sizeof level, hold->level_mm);
    metres(limit, sizeof limit, hold->limit_mm);
    clock_of(page, read, sizeof read, hold->read_at_ms);
    if (hold->until_ms == MU_ENDLESS) {
        mu_output_line(cli, MU_W_RIVER_HOLD_OPEN, level, read, NULL);
        return;
    }
    clock_of(page, until, sizeof until, hold->until_ms);
    mu_output_line(cli, MU_W_RIVER_HOLD, until, level, limit, read, NULL);
}

static void hold_for_machines(struct page *page, const struct mu_hold *hold)
{
    char line[OUT_BYTES], until[48] = "";
    struct mu_text out = mu_text(line, sizeof line);

    if (hold->known && hold->until_ms != MU_ENDLESS)
        iso(page, until, sizeof until, hold->until_ms);
    if (!is_json(page)) {
        printf("hold\t%s\t%s\t%s\n", page->operation, hold->known ? "known" : "unknown", until);
        return;
    }
    mu_json_open(&out);
    mu_json_member(&out, "release", page->operation);
    if (until[0] != '\0')
        mu_json_member(&out, "holdUntil", until);
    if (hold->known) {
        mu_json_number(&out, "levelMm", hold->level_mm);
        mu_json_number(&out, "limitMm", hold->limit_mm);
    }
    mu_json_close(&out);
    puts(line);
}

/* ---- who is below: the last word of the rules ---- */

static void print_margins(struct page *page)
{
    char name[MU_NAME_BYTES_MAX + 16], buffer[MU_LINE_BYTES_MAX];
    const struct mu_card *card;

    snprintf(name, sizeof name, "MARGIN:%s", page->operation);
    card = mu_picture_card_named(page->look->picture, name);
    for (size_t i = 0; card != NULL && card->open && i < card->finding->n_lines; i++) {
        const Muster__FindingLine *line = card->finding->lines[i];
        struct mu_text out = mu_text(buffer, sizeof buffer);

        if (is_json(page)) {
            mu_json_open(&out);
            mu_json_member(&out, "release", page->operation);
            mu_json_member(&out, "below", line->line_id);
            if (line->margin != NULL)
                mu_json_number(&out, "marginMin", line->margin->value);
            mu_json_close(&out);
        } else if (!is_people(page)) {
            mu_text_addf(&out, "below\t%s\t%s\t", page->operation, line->line_id);
            if (line->margin != NULL)
                mu_text_addf(&out, "%lld", (long long)line->margin->value);
        } else {
            if (page->look->style.exercise)
                mu_text_addf(&out, "%s ", mu_word(MU_W_EXERCISE, page->look->style.lang));
            mu_text_add(&out, "  - ");
            mu_render_sentence(&out, &page->look->style, line->text);
        }
        puts(buffer);
    }
}

/* ---- one release ---- */

static void print_release(struct page *page, const struct mu_object *operation)
{
    const struct mu_said *head = mu_object_head(operation);
    struct mu_hold hold;

    if (head == NULL || (page->only != NULL && strcmp(page->only, operation->id) != 0))
        return;
    page->operation = operation->id;
    page->basis = NULL;
    page->lines++;
    if (is_people(page)) {
        struct mu_entry entry = mu_look_entry(head);

        mu_output_entry(page->look->cli, &page->look->style, &entry);
    }
    mu_release_arrivals(page->look->picture, page->river, operation, print_arrival, page);
    hold = mu_release_hold(page->look->picture, operation, page->now_ms);
    if (is_people(page))
        hold_for_people(page, &hold);
    else
        hold_for_machines(page, &hold);
    if (is_people(page) && page->basis != NULL)
        mu_output_line(page->look->cli, MU_W_RIVER_BASIS, page->basis, NULL);
    print_margins(page);
}

/* ---- levels ---- */

static void level_for_people(struct page *page, const char *station, const struct mu_level *level)
{
    static const enum mu_word words[] = {
        [MU_LEVEL_UNKNOWN] = MU_W_RIVER_OTHER_ZERO,
        [MU_LEVEL_BELOW] = MU_W_RIVER_BELOW,
        [MU_LEVEL_ABOVE] = MU_W_RIVER_ABOVE,
    };
    const struct mu_style *style = &page->look->style;
    char name[128], mark[64], mark_m[32], now[128], level_m[32], read[32];
    struct mu_text text = mu_text(name, sizeof name), term = mu_text(mark, sizeof mark);
    struct mu_text state = mu_text(now, sizeof now);
    const char *args[] = {level_m};

    mu_show_named(&text, style, station);
    mu_show_term(&term, style, "LevelMark", (uint32_t)level->mark);
    metres(mark_m, sizeof mark_m, level->mark_mm);
    if (level->said == NULL) {
        mu_output_line(page->look->cli, MU_W_RIVER_NO_LEVEL, name, mark, mark_m, NULL);
        return;
    }
    metres(level_m, sizeof level_m, level->level_mm);
    clock_of(page, read, sizeof read, level->read_at_ms);
    mu_words_fill(&state, mu_word(words[level->state], style->lang), args, 1);
    mu_output_line(page->look->cli, MU_W_RIVER_LEVEL, name, mark, mark_m, read, now, NULL);
}

static void level_for_machines(struct page *page, const char *station, const struct mu_level *level)
{
    static const char *const states[] = {"unknown", "below", "above"};
    static const char *const marks[] = {"",          "", "warning", "guarantee", "flood_limit",
                                        "hold_limit"};
    char line[OUT_BYTES];
    struct mu_text out = mu_text(line, sizeof line);

    if (!is_json(page)) {
        printf("level\t%s\t%s\t%lld\t%s\t", station, marks[level->mark], (long long)level->mark_mm,
               states[level->state]);
        if (level->said != NULL)
            printf("%lld", (long long)level->level_mm);
        puts("");
        return;
    }
    mu_json_open(&out);
    mu_json_member(&out, "station", station);
    mu_json_member(&out, "mark", marks[level->mark]);
    mu_json_number(&out, "markMm", level->mark_mm);
    mu_json_member(&out, "state", states[level->state]);
    if (level->said != NULL)
        mu_json_number(&out, "levelMm", level->level_mm);
    mu_json_close(&out);
    puts(line);
}

static void print_levels(struct page *page, const char *station)
{
    struct mu_level levels[MU_LEVEL_MARKS_MAX];
    const char *agency = mu_picture_role(page->look->picture, "water", NULL);
    size_t count = mu_levels_of(page->look->picture, station, agency, levels);

    for (size_t i = 0; i < count; i++) {
        page->lines++;
        if (is_people(page))
            level_for_people(page, station, &levels[i]);
        else
            level_for_machines(page, station, &levels[i]);
    }
}

static bool has_levels(const struct page *page, const char *id)
{
    return mu_picture_reference(page->look->picture, id,
                                MUSTER__OBJECT_KIND__OBJECT_KIND_STATION) != NULL ||
           mu_picture_reference(page->look->picture, id,
                                MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE) != NULL;
}

/* Stations of the reference data, then those that only ever sent readings. */
static void print_all_levels(struct page *page)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(page->look->picture,
                                               MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL;
         i++)
        if (has_levels(page, object->id))
            print_levels(page, object->id);
    for (size_t i = 0;
         (object = mu_picture_at(page->look->picture, MUSTER__EVENT__BODY_GAUGE, i)) != NULL; i++)
        if (!has_levels(page, object->id))
            print_levels(page, object->id);
}

/* ---- the command ---- */

static int print_page(const struct mu_look *look, const char *only)
{
    struct mu_river *river;
    struct page page = {
        .look = look, .only = only, .now_ms = mu_county_now_ms(&look->county, look->talk.agent)};
    const struct mu_object *object;

    if (mu_river_new(look->picture, &river) != MU_OK)
        return mu_cli_error(look->cli, MU_E_NO_MEMORY, NULL);
    page.river = river;
    for (size_t i = 0;
         (object = mu_picture_at(look->picture, MUSTER__EVENT__BODY_DAM_OPERATION, i)) != NULL; i++)
        print_release(&page, object);
    if (only == NULL)
        print_all_levels(&page);
    mu_river_free(&river);
    if (page.lines > 0)
        return MU_EXIT_DONE;
    if (only != NULL)
        return mu_cli_error(look->cli, MU_E_ABSENT, only);
    mu_cli_tell(look->cli, MU_W_RIVER_EMPTY, NULL);
    return MU_EXIT_DONE;
}

int mu_cli_river(struct mu_cli *cli, int argc, char **argv)
{
    static const struct mu_cli_option none[] = {{NULL, 0, NULL, MU_W_EXERCISE}};
    struct mu_look look;
    const char *value, *only;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, none, &value)) != -1)
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    only = optind < argc ? argv[optind++] : NULL;
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    key = mu_look_open(&look, cli);
    if (key == MU_EXIT_DONE)
        key = mu_look_fold(&look);
    if (key == MU_EXIT_DONE)
        key = print_page(&look, only);
    mu_look_close(&look);
    return key;
}
