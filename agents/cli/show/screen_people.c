/* People on the way, under a roof and hurt; what they lack. */
#include "agents/cli/show/feed.h"
#include "agents/cli/show/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/show/show.h"
#include "proto/base/clock.h"
#include "proto/picture/patients.h"
#include "proto/picture/people.h"
#include "proto/words/terms.h"

/* ---- moved, by kind ---------------------------------------------------------------------------------- */

/* Sums of those who stated it; `silent` of them did not. */
struct tally {
    int64_t planned, moved, remaining;
    size_t count, moved_silent, remaining_silent;
};

static const Muster__PopulationKind kinds[] = {
    MUSTER__POPULATION_KIND__POPULATION_KIND_CENTRALISED,
    MUSTER__POPULATION_KIND__POPULATION_KIND_DISPERSED,
    MUSTER__POPULATION_KIND__POPULATION_KIND_PRECAUTIONARY,
    MUSTER__POPULATION_KIND__POPULATION_KIND_NEEDS_SUPPORT,
    MUSTER__POPULATION_KIND__POPULATION_KIND_NOT_STATED,
};

static Muster__PopulationKind kind_of(const Muster__Evacuation *evacuation)
{
    return evacuation->has_population_kind ? evacuation->population_kind
                                           : MUSTER__POPULATION_KIND__POPULATION_KIND_NOT_STATED;
}

static struct tally tally_of(const struct mu_screen *page, Muster__PopulationKind kind)
{
    struct tally tally = {.count = 0};
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(page->look->picture, MUSTER__EVENT__BODY_EVACUATION, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        struct mu_stated moved = mu_evacuation_moved(object);
        struct mu_stated remaining = mu_evacuation_remaining(object);

        if (head == NULL || mu_evacuation_over(object) || kind_of(head->event->evacuation) != kind)
            continue;
        tally.count++;
        tally.planned += head->event->evacuation->persons_planned;
        tally.moved += moved.known ? moved.value : 0;
        tally.remaining += remaining.known ? remaining.value : 0;
        tally.moved_silent += !moved.known;
        tally.remaining_silent += !remaining.known;
    }
    return tally;
}

/* "135", "at least 135 (1 not known)", "not known": never a zero nobody stated. */
static void add_sum(const struct mu_screen *page, struct mu_text *out, int64_t sum, size_t count,
                    size_t silent)
{
    char number[32], missing[32];
    struct mu_text text = mu_text(number, sizeof number);
    const char *args[] = {number, missing};

    mu_show_count(&text, sum);
    snprintf(missing, sizeof missing, "%zu", silent);
    if (silent == count)
        mu_text_add(out, mu_word(MU_W_NOT_KNOWN, page->look->style.lang));
    else if (silent > 0)
        mu_words_fill(out, mu_word(MU_W_NOW_AT_LEAST, page->look->style.lang), args, 2);
    else
        mu_text_add(out, number);
}

static void add_kinds(struct mu_screen *page)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct tally tally = tally_of(page, kinds[i]);
        char moved[128], remaining[128], buffer[MU_LINE_BYTES_MAX];
        struct mu_text a = mu_text(moved, sizeof moved), b = mu_text(remaining, sizeof remaining);
        struct mu_text line = mu_text(buffer, sizeof buffer);
        const char *args[] = {mu_term("PopulationKind", (uint32_t)kinds[i], page->look->style.lang),
                              moved, remaining};

        if (tally.count == 0)
            continue;
        add_sum(page, &a, tally.moved, tally.count, tally.moved_silent);
        add_sum(page, &b, tally.remaining, tally.count, tally.remaining_silent);
        mu_words_fill(&line, mu_word(MU_W_NOW_KIND, page->look->style.lang), args, 3);
        mu_screen_add(page, MU_SECTION_PEOPLE, buffer);
    }
}

/* ---- each evacuation, each shelter --------------------------------------------------------------------- */

static void show_stated(const struct mu_screen *page, char *out, size_t size,
                        const struct mu_stated *stated)
{
    struct mu_text text = mu_text(out, size);

    if (stated->known)
        mu_show_count(&text, stated->value);
    else
        mu_text_add(&text, mu_word(MU_W_NOT_KNOWN, page->look->style.lang));
}

/* What stands of the plan with what is newest of its progress: two statements, one line. */
static void add_evacuation(struct mu_screen *page, const struct mu_object *object)
{
    const struct mu_said *head = mu_object_head(object);
    struct mu_stated moved = mu_evacuation_moved(object);
    struct mu_stated remaining = mu_evacuation_remaining(object);
    char buffer[MU_LINE_BYTES_MAX], id[128], zone[256], numbers[3][32];
    struct mu_text line = mu_text(buffer, sizeof buffer), a = mu_text(id, sizeof id),
                   b = mu_text(zone, sizeof zone);
    const char *args[] = {id, zone, numbers[0], numbers[1], numbers[2]};

    if (head == NULL || mu_evacuation_over(object))
        return;
    const Muster__Evacuation *evacuation = head->event->evacuation;
    struct mu_stated planned = {.known = evacuation->has_persons_planned,
                                .value = evacuation->persons_planned};
    const char *area = evacuation->zone != NULL ? evacuation->zone : head->event->envelope->area;
    mu_clean(&a, object->id);
    mu_show_named(&b, &page->look->style, area == NULL ? "?" : area);
    show_stated(page, numbers[0], sizeof numbers[0], &moved);
    show_stated(page, numbers[1], sizeof numbers[1], &planned);
    show_stated(page, numbers[2], sizeof numbers[2], &remaining);
    mu_words_fill(&line, mu_word(MU_W_NOW_EVACUATION, page->look->style.lang), args, 5);
    if (remaining.known || moved.known)
        mu_screen_age(&line, page, remaining.known ? remaining.as_of_ms : moved.as_of_ms);
    mu_screen_add(page, MU_SECTION_PEOPLE, buffer);
}

static void add_shelter(struct mu_screen *page, const struct mu_object *object)
{
    struct mu_shelter shelter;
    char buffer[MU_LINE_BYTES_MAX], name[256], load[32], capacity[32], present[32];
    struct mu_text line = mu_text(buffer, sizeof buffer), a = mu_text(name, sizeof name),
                   b = mu_text(load, sizeof load);
    const char *args[] = {name, load, capacity, present};

    if (!mu_shelter_look(page->look->picture, object->id, &shelter) ||
        (shelter.load == 0 && !shelter.present.known))
        return;
    mu_show_named(&a, &page->look->style, object->id);
    mu_show_count(&b, shelter.load);
    show_stated(page, capacity, sizeof capacity, &shelter.capacity);
    show_stated(page, present, sizeof present, &shelter.present);
    mu_words_fill(&line, mu_word(MU_W_NOW_SHELTER, page->look->style.lang), args, 4);
    if (shelter.present.known)
        mu_screen_age(&line, page, shelter.present.as_of_ms);
    mu_screen_add(page, MU_SECTION_PEOPLE, buffer);
}

void mu_screen_people(struct mu_screen *page)
{
    const mu_picture *picture = page->look->picture;
    const struct mu_object *object;

    add_kinds(page);
    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_EVACUATION, i)) != NULL;
         i++)
        add_evacuation(page, object);
    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++)
        if (mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER) !=
            NULL)
            add_shelter(page, object);
}

/* ---- supplies --------------------------------------------------------------------------------------------- */

/* What is short; that nothing is, only when a sheet says so. */
void mu_screen_supply(struct mu_screen *page)
{
    const struct mu_said *sheet = mu_picture_sheet(page->look->picture);
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = mu_text(buffer, sizeof buffer);
    struct feed feed = {&line, &page->look->style, NULL, 0};

    if (sheet == NULL) {
        if (mu_picture_needs_mark(page->look->picture) > 0)
            mu_screen_add(page, MU_SECTION_SUPPLY, mu_word(MU_W_NOT_KNOWN, page->look->style.lang));
        return;
    }
    for (size_t i = 0; i < sheet->event->supply_sheet->n_lines; i++) {
        const Muster__SheetLine *row = sheet->event->supply_sheet->lines[i];
        char item[128], amount[32];
        struct mu_text a = mu_text(item, sizeof item), b = mu_text(amount, sizeof amount);

        if (!row->has_short_milli || row->short_milli <= 0 || row->item == NULL)
            continue;
        mu_show_item(&a, &page->look->style, row->item);
        mu_show_milli(&b, row->short_milli);
        mu_feed_clause(&feed, MU_W_F_ITEM_SHORT, item, amount, NULL);
    }
    if (line.used == 0)
        mu_text_add(&line, mu_word(MU_W_NOW_NOTHING_SHORT, page->look->style.lang));
    if (!mu_picture_sheet_current(page->look->picture))
        mu_text_addf(&line, "%s%s", page->look->style.lang == MU_LANG_ZH ? "；" : "; ",
                     mu_word(MU_W_NOW_SHEET_OLD, page->look->style.lang));
    mu_screen_age(&line, page, sheet->as_of_ms);
    mu_screen_add(page, MU_SECTION_SUPPLY, buffer);
}

/* ---- the injured, and beds ------------------------------------------------------------------------------------- */

static void add_casualty(struct mu_screen *page, const struct mu_said *head)
{
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = mu_text(buffer, sizeof buffer);
    struct mu_entry entry = mu_look_entry(head);

    mu_show_named(&line, &page->look->style,
                  head->event->envelope->area == NULL ? head->object->id
                                                      : head->event->envelope->area);
    mu_text_add(&line, "  ");
    mu_render_summary(&line, &page->look->style, &entry);
    mu_screen_age(&line, page, head->as_of_ms);
    mu_screen_add(page, MU_SECTION_INJURED, buffer);
}

/* A bed figure holds so long; after that it is asked for again, not counted. */
static bool is_old(const struct mu_screen *page, const char *hospital, int64_t counted_at_ms)
{
    return page->now_ms - counted_at_ms >
           mu_picture_limit(page->look->picture, "bed_age_min", hospital, 60) * MU_MINUTE_MS;
}

static void add_beds_of(const struct mu_screen *page, struct mu_text *line, const char *hospital)
{
    static const Muster__BedKind beds[] = {MUSTER__BED_KIND__BED_KIND_ICU,
                                           MUSTER__BED_KIND__BED_KIND_GENERAL};
    enum mu_lang lang = page->look->style.lang;

    for (size_t i = 0; i < sizeof beds / sizeof beds[0]; i++) {
        struct mu_bed_count count = mu_hospital_beds(page->look->picture, hospital, beds[i]);

        if (!count.known)
            continue;
        mu_text_add(line, line->used == 0 ? "" : mu_word(MU_W_LIST_COMMA, lang));
        mu_clean(line, hospital);
        mu_text_addf(line, " %s %" PRIu32, mu_term("BedKind", (uint32_t)beds[i], lang),
                     count.available);
        mu_text_add(line, " ");
        mu_show_clock(line, &page->look->style, count.counted_at_ms);
        if (is_old(page, hospital, count.counted_at_ms))
            mu_text_addf(line, "%s%s", lang == MU_LANG_ZH ? "" : " ", mu_word(MU_W_NOW_ASK, lang));
    }
}

static void add_beds(struct mu_screen *page)
{
    const mu_picture *picture = page->look->picture;
    char buffer[MU_LINE_BYTES_MAX], whole[MU_LINE_BYTES_MAX + 64];
    struct mu_text line = mu_text(buffer, sizeof buffer);
    struct mu_text out = mu_text(whole, sizeof whole);
    const struct mu_object *object;
    const char *args[] = {buffer};

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_HOSPITAL, i)) != NULL;
         i++)
        if (mu_hospital_is_ours(picture, object->id))
            add_beds_of(page, &line, object->id);
    if (line.used == 0)
        mu_text_add(&line, mu_word(MU_W_NOT_KNOWN, page->look->style.lang));
    mu_words_fill(&out, mu_word(MU_W_NOW_BEDS, page->look->style.lang), args, 1);
    mu_screen_add(page, MU_SECTION_INJURED, whole);
}

void mu_screen_injured(struct mu_screen *page)
{
    const mu_picture *picture = page->look->picture;
    const struct mu_object *object;
    bool any = false;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_CASUALTY, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head == NULL)
            continue;
        if (!any)
            add_beds(page);
        any = true;
        add_casualty(page, head);
    }
    if (!any && mu_picture_at(picture, MUSTER__EVENT__BODY_HOSPITAL, 0) != NULL)
        add_beds(page);
}
