/* muster now: the picture in 25 lines. What needs a decision first, by when; then what waits for somebody's
 * word; people, supplies, roads, plans. */
#include "agents/cli/feed.h"
#include "agents/cli/look.h"
#include "agents/cli/options.h"
#include "agents/cli/waiting.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/picture/card.h"
#include "proto/picture/people.h"

#define LINES_MAX 25u
#define DUMP_BYTES_MAX (4u << 20)

enum { KEY_FAIL_ON = 256, KEY_DUMP };

const struct mu_cli_option mu_cli_now_options[] = {
    {"fail-on", KEY_FAIL_ON, "conflict", MU_W_OPT_FAIL_ON},
    {"dump", KEY_DUMP, NULL, MU_W_OPT_DUMP},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* Lines printed so far, and those there was no room for. */
struct page {
    const struct mu_look *look;
    size_t lines, left_out;
    size_t open_cards;
};

static void print_line(struct page *page, const char *line)
{
    if (page->lines + 2 > LINES_MAX) { /* the last one says how many are missing */
        page->left_out++;
        return;
    }
    page->lines++;
    puts(line);
}

static struct mu_text begin(const struct page *page, char *buffer, size_t size)
{
    struct mu_text text = mu_text(buffer, size);

    if (page->look->style.exercise)
        mu_text_addf(&text, "%s ", mu_word(MU_W_EXERCISE, page->look->style.lang));
    return text;
}

/* ---- head ---------------------------------------------------------------------------------------- */

static void print_head(struct page *page)
{
    const struct mu_look *look = page->look;
    char buffer[512], clock[64], number[32];
    struct mu_text line = begin(page, buffer, sizeof buffer);
    struct mu_text time = mu_text(clock, sizeof clock);
    const char *args[3] = {look->county.name, clock, number};

    mu_show_iso(&time, &look->style, mu_county_now_ms(&look->county, look->talk.agent));
    snprintf(number, sizeof number, "%" PRIu64, mu_picture_through(look->picture));
    mu_words_fill(&line, mu_word(MU_W_NOW_HEAD, look->style.lang), args, 3);
    print_line(page, buffer);
}

/* ---- one object, one line -------------------------------------------------------------------------- */

static void print_said(struct page *page, const struct mu_said *said)
{
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = mu_text(buffer, sizeof buffer);
    struct mu_entry entry = mu_look_entry(said);

    mu_render_line(&line, &page->look->style, &entry);
    print_line(page, buffer);
}

static void print_cards(struct page *page)
{
    const struct mu_card **cards = mu_look_cards(page->look, false, &page->open_cards);

    for (size_t i = 0; i < page->open_cards; i++)
        print_said(page, cards[i]->said);
    free(cards);
    if (page->open_cards > 0)
        return;
    char buffer[256];
    struct mu_text line = begin(page, buffer, sizeof buffer);
    mu_text_add(&line, mu_word(MU_W_NO_CONFLICT, page->look->style.lang));
    print_line(page, buffer);
}

static void add_stated(struct feed *feed, enum mu_word word, const struct mu_stated *stated)
{
    mu_feed_count(feed, word, stated->known, stated->value);
}

/* What stands of the plan with what is newest of its progress: two statements, one line. */
static void print_evacuation(struct page *page, const struct mu_object *object)
{
    const struct mu_said *head = mu_object_head(object);
    struct mu_stated moved = mu_evacuation_moved(object);
    struct mu_stated remaining = mu_evacuation_remaining(object);
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = begin(page, buffer, sizeof buffer);
    struct feed feed = {&line, &page->look->style, NULL, 0};

    if (head == NULL || mu_evacuation_over(object))
        return;
    mu_feed_quote(&feed, MU_W_F_AS_IS, object->id);
    mu_feed_name(&feed, MU_W_F_AS_IS,
                 head->event->evacuation->zone != NULL ? head->event->evacuation->zone
                                                       : head->event->envelope->area);
    mu_feed_term(&feed, "EvacuationState", 1, (uint32_t)mu_evacuation_state(object));
    mu_feed_count(&feed, MU_W_F_PLANNED, head->event->evacuation->has_persons_planned,
                  head->event->evacuation->persons_planned);
    add_stated(&feed, MU_W_F_MOVED, &moved);
    add_stated(&feed, MU_W_F_REMAINING, &remaining);
    mu_feed_clock(&feed, MU_W_F_AS_OF, remaining.known || moved.known,
                  remaining.known ? remaining.as_of_ms : moved.as_of_ms);
    print_line(page, buffer);
}

static void print_shelter(struct page *page, const struct mu_object *object)
{
    struct mu_shelter shelter;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = begin(page, buffer, sizeof buffer);
    struct feed feed = {&line, &page->look->style, NULL, 0};

    if (!mu_shelter_look(page->look->picture, object->id, &shelter) ||
        (shelter.load == 0 && !shelter.present.known))
        return;
    mu_feed_name(&feed, MU_W_F_AS_IS, object->id);
    mu_feed_count(&feed, MU_W_F_LOAD, 1, shelter.load);
    add_stated(&feed, MU_W_F_CAPACITY, &shelter.capacity);
    add_stated(&feed, MU_W_F_PRESENT, &shelter.present);
    print_line(page, buffer);
}

static void print_people(struct page *page)
{
    const mu_picture *picture = page->look->picture;
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_EVACUATION, i)) != NULL;
         i++)
        print_evacuation(page, object);
    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++)
        if (mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER) !=
            NULL)
            print_shelter(page, object);
}

static void print_supplies(struct page *page)
{
    const struct mu_said *sheet = mu_picture_sheet(page->look->picture);

    if (sheet != NULL)
        print_said(page, sheet);
}

static bool is_closed_road(const struct mu_said *said)
{
    return said->event->road->has_state &&
           said->event->road->state != MUSTER__ROAD_STATE__ROAD_STATE_OPEN;
}

static bool is_standing_plan(const struct mu_said *said)
{
    Muster__PlanState state = said->event->operation_plan->state;

    return state != MUSTER__PLAN_STATE__PLAN_STATE_ENDED &&
           state != MUSTER__PLAN_STATE__PLAN_STATE_STOPPED;
}

static bool is_anything(const struct mu_said *said)
{
    return said != NULL;
}

static const struct {
    uint32_t kind;
    bool (*wanted)(const struct mu_said *said);
} others[] = {
    {MUSTER__EVENT__BODY_ROAD, is_closed_road},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, is_standing_plan},
    {MUSTER__EVENT__BODY_DAM_OPERATION, is_anything},
    {MUSTER__EVENT__BODY_CASUALTY, is_anything},
    {MUSTER__EVENT__BODY_ALERT, is_anything},
};

static void print_others(struct page *page)
{
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        const struct mu_object *object;

        for (size_t i = 0; (object = mu_picture_at(page->look->picture, others[k].kind, i)) != NULL;
             i++) {
            const struct mu_said *head = mu_object_head(object);

            if (head != NULL && others[k].wanted(head))
                print_said(page, head);
        }
    }
}

static void print_waiting(void *user, const char *line)
{
    print_line(user, line);
}

/* ---- forms ---------------------------------------------------------------------------------------------- */

static int print_page(const struct mu_look *look, bool fails)
{
    struct page page = {.look = look};

    print_head(&page);
    print_cards(&page);
    mu_waiting_lines(look, print_waiting, &page);
    print_people(&page);
    print_supplies(&page);
    print_others(&page);
    if (page.left_out > 0) {
        char number[32];

        snprintf(number, sizeof number, "%zu", page.left_out);
        mu_output_line(look->cli, MU_W_MORE_LINES, number, NULL);
    }
    return fails && page.open_cards > 0 ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}

/* Everything that stands, one line per object: what two machines compare. */
static int print_dump(const struct mu_look *look)
{
    char *buffer = malloc(DUMP_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : DUMP_BYTES_MAX);

    if (buffer == NULL)
        return mu_cli_error(look->cli, MU_E_NO_MEMORY, NULL);
    mu_picture_dump(look->picture, &text);
    fputs(buffer, stdout);
    free(buffer);
    return text.cut ? mu_cli_error(look->cli, MU_E_LIMIT, "--dump") : MU_EXIT_DONE;
}

static void print_json_head(const struct mu_look *look)
{
    char line[512], clock[64];
    struct mu_text out = mu_text(line, sizeof line);
    struct mu_text time = mu_text(clock, sizeof clock);

    mu_show_iso(&time, &look->style, mu_county_now_ms(&look->county, look->talk.agent));
    mu_json_open(&out);
    mu_json_member(&out, "county", look->county.name);
    mu_json_member(&out, "now", clock);
    mu_json_number(&out, "through", (int64_t)mu_picture_through(look->picture));
    mu_json_member(&out, "status", look->cli->exercise ? "exercise" : "actual");
    mu_json_close(&out);
    puts(line);
}

/* The head, then every statement that stands, one object a line. */
static int print_entries(const struct mu_look *look, bool fails)
{
    const struct mu_object *object;
    size_t open;
    const struct mu_card **cards = mu_look_cards(look, false, &open);

    if (look->cli->form == MU_FORM_JSON)
        print_json_head(look);
    for (size_t i = 0; i < open; i++) {
        struct mu_entry entry = mu_look_entry(cards[i]->said);

        mu_output_entry(look->cli, &look->style, &entry);
    }
    free(cards);
    for (uint32_t kind = 16; kind < MUSTER__EVENT__BODY_REFERENCE_OBJECT; kind++) {
        if (kind == MUSTER__EVENT__BODY_FINDING)
            continue;
        for (size_t i = 0; (object = mu_picture_at(look->picture, kind, i)) != NULL; i++) {
            const struct mu_said *head = mu_object_head(object);

            if (head == NULL)
                continue;
            struct mu_entry entry = mu_look_entry(head);
            mu_output_entry(look->cli, &look->style, &entry);
        }
    }
    return fails && open > 0 ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}

int mu_cli_now(struct mu_cli *cli, int argc, char **argv)
{
    bool fails = false, dump = false;
    struct mu_look look;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_now_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_FAIL_ON && strcmp(value, "conflict") != 0)
            return mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, "--fail-on", value, NULL);
        fails |= key == KEY_FAIL_ON;
        dump |= key == KEY_DUMP;
    }
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    if (code == MU_EXIT_DONE && dump)
        code = print_dump(&look);
    else if (code == MU_EXIT_DONE)
        code = cli->form == MU_FORM_HUMAN ? print_page(&look, fails) : print_entries(&look, fails);
    mu_look_close(&look);
    return code;
}
