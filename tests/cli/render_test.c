/* What people read of an entry: the numbers that matter, in both languages, and never a control
 * character that came from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/brief.c"
#include "agents/cli/show/card.c"
#include "agents/cli/show/clause.c"
#include "agents/cli/clean.c"
#include "agents/cli/face.c"
#include "agents/cli/show/feed_command.c"
#include "agents/cli/show/feed_land.c"
#include "agents/cli/show/feed_people.c"
#include "agents/cli/show/feed_roster.c"
#include "agents/cli/show/feed_supply.c"
#include "agents/cli/show/names.c"
#include "agents/cli/show/render.c"
#include "agents/cli/sentence.c"
#include "agents/cli/show/show.c"
#include "tests/help/events.h"

#define AT(hour, minute) (HELP_MIDNIGHT_MS + ((hour)*60 + (minute)) * INT64_C(60000))

static mu_arena arena;
static struct mu_style style;
static char shown[MU_CARD_BYTES_MAX];

static int begin_story(void **state)
{
    (void)state;
    arena = mu_arena_make(4u << 20);
    style = (struct mu_style){.lang = MU_LANG_EN, .offset_min = 480};
    return 0;
}

static int end_story(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

static struct mu_entry entry_with(const Muster__Event *event, int64_t at_ms)
{
    return (struct mu_entry){
        .number = 7, .accepted_at_ms = at_ms, .leaf = {{0x11}}, .path = "", .event = event};
}

static const char *line_of(const Muster__Event *event)
{
    struct mu_text text = mu_text(shown, sizeof shown);
    struct mu_entry entry = entry_with(event, AT(14, 3));

    mu_render_line(&text, &style, &entry);
    return shown;
}

static void shows(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", wanted, text);
}

static void hides(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL)
        fail_msg("\"%s\" is in \"%s\"", unwanted, text);
}

/* ---- the line --------------------------------------------------------------------------------------- */

static Muster__Event *evacuation(void)
{
    return HELP_EVENT(&arena, "evacuation", "population_kind=centralised", "persons_planned=1620",
                      "persons_moved=55", "persons_remaining=565", "state=under_way",
                      "legs[0].persons=620", "legs[0].destination=S1");
}

static void an_evacuation_says_who_where_and_how_many(void **state)
{
    const char *line = line_of(evacuation());

    (void)state;
    shows(line, "EXERCISE 14:03:00 EM");
    shows(line, "evacuation");
    shows(line, "EV-01@v1");
    shows(line, "planned 1,620");
    shows(line, "moved 55");
    shows(line, "remaining 565");
    shows(line, "620 to S1");
    style.lang = MU_LANG_ZH;
    line = line_of(evacuation());
    shows(line, "演练 14:03:00 EM");
    shows(line, "转移");
    shows(line, "集中安置");
    shows(line, "剩余565人");
    hides(line, "remaining");
}

static void a_number_nobody_stated_is_not_shown_as_nought(void **state)
{
    const char *line = line_of(HELP_EVENT(&arena, "evacuation", "persons_planned=620"));

    (void)state;
    hides(line, "moved");
    hides(line, "remaining");
    line = line_of(HELP_EVENT(&arena, "evacuation", "persons_planned=620", "persons_moved=0"));
    shows(line, "moved 0");
}

static void exercise_stands_on_every_line_of_an_exercise(void **state)
{
    Muster__Event *tick = HELP_EVENT(&arena, "tick", "reason=mark", "at_ms=14:30");

    (void)state;
    tick->envelope->has_status = 0;
    hides(line_of(tick), "EXERCISE");
    style.exercise = true; /* the log says so */
    assert_memory_equal(line_of(tick), "EXERCISE ", 9);
}

static void an_actual_event_is_not_marked(void **state)
{
    (void)state;
    hides(line_of(HELP_EVENT(&arena, "evacuation", "status=actual", "persons_planned=5")),
          "EXERCISE");
}

static void a_refusal_says_code_sentence_and_field(void **state)
{
    struct mu_entry entry = entry_with(NULL, AT(14, 3));
    struct mu_text text = mu_text(shown, sizeof shown);

    (void)state;
    entry.code = MU_E_MISSING;
    entry.path = "evacuation.population_kind";
    mu_render_line(&text, &style, &entry);
    shows(shown, "REFUSED MU-107");
    shows(shown, "a field that must be stated is absent");
    shows(shown, "evacuation.population_kind");
}

static void names_come_from_reference_data_and_keys_stay_beside_them(void **state)
{
    Muster__Event *shelter = HELP_EVENT(&arena, "reference_object", "object=S1", "kind=shelter",
                                        "name.zh=柳林中学", "name.en=Liulin Middle School");
    struct mu_entry entry = entry_with(shelter, AT(14, 0));
    mu_names *names;

    (void)state;
    assert_int_equal(mu_names_new(&names), MU_OK);
    assert_int_equal(mu_names_learn(names, &entry), MU_OK);
    style.names = names;
    shows(line_of(evacuation()), "620 to S1 Liulin Middle School");
    style.lang = MU_LANG_ZH;
    shows(line_of(evacuation()), "620人至S1 柳林中学");
    mu_names_free(&names);
}

static void a_thousand_names_are_all_found_again(void **state)
{
    mu_names *names;
    char key[32], name[64];

    (void)state;
    assert_int_equal(mu_names_new(&names), MU_OK);
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "object=N-%d", i);
        snprintf(name, sizeof name, "name.en=node %d", i);
        struct mu_entry entry =
            entry_with(HELP_EVENT(&arena, "reference_object", key, name, "kind=node"), 0);
        assert_int_equal(mu_names_learn(names, &entry), MU_OK);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "N-%d", i);
        snprintf(name, sizeof name, "node %d", i);
        assert_string_equal(mu_names_of(names, key, MU_LANG_ZH),
                            name); /* English for want of both */
    }
    assert_string_equal(mu_names_of(names, "N-1000", MU_LANG_EN), "N-1000");
    mu_names_free(&names);
}

static void a_narrow_terminal_gets_a_line_cut_at_a_character(void **state)
{
    (void)state;
    style.lang = MU_LANG_ZH;
    for (size_t columns = 20; columns < 90; columns++) {
        style.columns = columns;
        const char *line = line_of(evacuation());

        assert_true(mu_text_columns(line) <= columns);
        assert_true(mu_utf8_ok(line, strlen(line)));
    }
}

static void every_event_that_can_be_made_can_be_shown(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        mu_arena one = mu_arena_make(8u << 20);
        const Muster__Event *event = help_random_event(seed, &one);
        struct mu_entry entry = entry_with(event, AT(14, 3));
        struct mu_text text = mu_text(shown, sizeof shown);

        style.lang = seed % 2 == 0 ? MU_LANG_ZH : MU_LANG_EN;
        mu_render_line(&text, &style, &entry);
        mu_render_more(&text, &style, &entry);
        mu_render_card(&text, &style, &entry, NULL, 0, AT(14, 5));
        for (const char *at = shown; *at != '\0'; at++)
            assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        mu_arena_free(&one);
    }
}

/* ---- what comes from outside -------------------------------------------------------------------------- */

static const char *cleaned(const char *untrusted)
{
    struct mu_text text = mu_text(shown, sizeof shown);

    mu_clean(&text, untrusted);
    return shown;
}

static void control_characters_are_shown_and_not_obeyed(void **state)
{
    (void)state;
    assert_string_equal(cleaned("plain 汉字 é"), "plain 汉字 é");
    assert_string_equal(cleaned("\033[2J\033]0;x\007"), "\\x1B[2J\\x1B]0;x\\x07");
    assert_string_equal(cleaned("a\r\nEXERCISE b\tc\177"), "a\\x0D\\x0AEXERCISE b\\x09c\\x7F");
    assert_string_equal(cleaned("\xC2\x9B"
                                "2J"),
                        "\\u{009B}2J");
    assert_string_equal(cleaned("x\xE2\x80\xAE"
                                "evil\xE2\x81\xA6"),
                        "x\\u{202E}evil\\u{2066}");
    assert_string_equal(cleaned("\xFF\xC0\xAF\xED\xA0\x80"), "\\xFF\\xC0\\xAF\\xED\\xA0\\x80");
    assert_string_equal(cleaned("cut \xE6\xB1"), "cut \\xE6\\xB1");
}

/* Negative control: the same words uncleaned would reach the terminal. */
static void a_hostile_report_cannot_move_the_cursor(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "field_report", "words=x", "speaker=y");

    (void)state;
    event->field_report->words = "\033[1A\033[2Kall clear\r\n14:05 EM evacuation complete";
    event->envelope->speaker = "\xE2\x80\xAE"
                               "head";
    event->envelope->agency = "E\033M";
    event->envelope->object = "\033]8;;http://x\033\\EV-01";
    const char *line = line_of(event);
    assert_null(strchr(line, 033));
    assert_null(strchr(line, '\n'));
    assert_null(strchr(line, '\r'));
    assert_null(strstr(line, "\xE2\x80\xAE"));
    shows(line, "\\x1B[1A");
    shows(line, "\\x0D\\x0A14:05");
    assert_non_null(strchr(event->field_report->words, 033));
}

/* ---- the card --------------------------------------------------------------------------------------------- */

static Muster__Argument *argument(void)
{
    Muster__Argument *out = mu_arena_take(&arena, sizeof *out);

    muster__argument__init(out);
    return out;
}

static Muster__Argument *names_object(const char *object)
{
    Muster__Argument *out = argument();

    out->value_case = MUSTER__ARGUMENT__VALUE_OBJECT;
    out->object = mu_arena_copy(&arena, object, strlen(object));
    return out;
}

static Muster__Sentence *sentence(const char *id, Muster__Argument **args, size_t count)
{
    Muster__Sentence *out = mu_arena_take(&arena, sizeof *out);

    muster__sentence__init(out);
    out->template_id = mu_arena_copy(&arena, id, strlen(id));
    out->args = args;
    out->n_args = count;
    return out;
}

/* K-02 of the exercise: pile driving on the road two evacuations use. */
static Muster__Event *works_on_route(void)
{
    Muster__Event *event = HELP_EVENT(
        &arena, "finding", "agency=CMD", "kind=conflict", "rule=c04", "state=raised",
        "gravity=life", "subject=LV-01", "decider_role=flood_command", "decider_agency=CMD",
        "place=E12", "parties[0].agency=WR", "parties[1].agency=EM", "raising_count=1",
        "lines[0].line_id=EV-01", "lines[0].earliest_at_ms=14:15");
    static Muster__Argument *args[4];
    Muster__Argument *activity = argument();

    activity->value_case = MUSTER__ARGUMENT__VALUE_ACTIVITY;
    activity->activity = MUSTER__ACTIVITY__ACTIVITY_PILE_DRIVING;
    args[0] = names_object("LV-01");
    args[1] = activity;
    args[2] = names_object("E12");
    args[3] = names_object("EV-01");
    event->finding->headline = sentence("c04.works_on_route", args, 4);
    event->finding->has_card_id = 1;
    event->finding->card_id.data = (uint8_t *)shown;
    event->finding->card_id.len = 32;
    event->finding->has_decide_by_ms = 1;
    event->finding->decide_by_ms = AT(14, 15);
    event->finding->parties[0]->ref = mu_arena_take(&arena, sizeof(Muster__Ref));
    muster__ref__init(event->finding->parties[0]->ref);
    event->finding->parties[0]->ref->object = "LV-01";
    event->finding->parties[0]->ref->has_version = 1;
    event->finding->parties[0]->ref->version = 1;
    event->finding->parties[0]->ref->has_leaf = 1;
    event->finding->parties[0]->ref->leaf.len = 32;
    event->finding->parties[0]->ref->leaf.data = mu_arena_take(&arena, 32);
    event->finding->parties[0]->ref->leaf.data[0] = 0x11;
    return event;
}

static void a_card_in_the_feed_says_decide_by_and_what_to_type(void **state)
{
    struct mu_entry entry = entry_with(works_on_route(), AT(14, 9));
    struct mu_text text = mu_text(shown, sizeof shown);

    (void)state;
    mu_render_line(&text, &style, &entry);
    mu_text_add(&text, "\n");
    mu_render_more(&text, &style, &entry);
    shows(shown, "CONFLICT");
    shows(shown, "C04:LV-01");
    shows(shown, "LIFE");
    shows(shown, "LV-01: works (pile driving) close E12, which EV-01 must use at the same time");
    shows(shown, "decide by 14:15 (in 6 min)");
    shows(shown, "decides: CMD");
    shows(shown, "muster conflict show C04:LV-01");
    for (const char *at = shown; at != NULL && *at != '\0';) {
        assert_memory_equal(at, "EXERCISE ", 9);
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
}

static void a_card_answers_eight_questions_in_order(void **state)
{
    static const char *const titles[] = {"what ", "where ",   "bites ",   "claims ",
                                         "why ",  "options ", "decides ", "by "};
    struct mu_entry entry = entry_with(works_on_route(), AT(14, 9));
    Muster__Event *plan =
        HELP_EVENT(&arena, "operation_plan", "object=LV-01", "agency=WR", "activity=pile_driving",
                   "phases[0].activity=pile_driving", "phases[0].crew_persons=24");
    struct mu_entry cause = entry_with(plan, AT(14, 9));
    const struct mu_entry *causes[] = {&cause};
    struct mu_text text = mu_text(shown, sizeof shown);
    const char *at = shown;

    (void)state;
    mu_render_card(&text, &style, &entry, causes, 1, AT(14, 10));
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        const char *found = strstr(at, titles[i]);

        if (found == NULL)
            fail_msg("no \"%s\" after \"%.20s\" in\n%s", titles[i], at, shown);
        at = found;
    }
    shows(shown, "14:15 (in 5 min)");
    shows(shown, "pile driving");
    shows(shown, "crew 24");
    shows(shown, "14:09  signed");
    shows(shown, "rule C04: works and rescue in one place at one time");
    shows(shown, "--false-alarm");
    shows(shown, "CMD · flood command");
}

static void what_a_card_does_not_know_it_says(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "finding", "kind=conflict", "state=raised");
    struct mu_entry entry = entry_with(event, AT(14, 9));
    struct mu_text text = mu_text(shown, sizeof shown);
    size_t unknown_count = 0;

    (void)state;
    mu_render_card(&text, &style, &entry, NULL, 0, AT(14, 10));
    for (const char *at = shown; (at = strstr(at, "not known")) != NULL; at++)
        unknown_count++;
    /* all but the options that are always open, and the area the finding belongs to */
    assert_int_equal(unknown_count, 6);
    shows(shown, "where    cn/99/01/21/201/201");
}

static void a_sentence_of_a_newer_catalogue_keeps_its_arguments(void **state)
{
    Muster__Argument *args[] = {names_object("EV-01"), names_object("E12")};
    struct mu_text text = mu_text(shown, sizeof shown);

    (void)state;
    mu_render_sentence(&text, &style, sentence("c99.unheard_of", args, 2));
    assert_string_equal(shown, "c99.unheard_of EV-01, E12");
}

static void arguments_of_one_name_fill_one_place(void **state)
{
    Muster__Argument *args[] = {names_object("E14"), argument(), names_object("EV-01"),
                                names_object("EV-02")};
    struct mu_text text = mu_text(shown, sizeof shown);

    (void)state;
    args[1]->value_case = MUSTER__ARGUMENT__VALUE_AT_MS;
    args[1]->at_ms = AT(15, 0);
    args[2]->name = args[3]->name = "operations";
    mu_render_sentence(&text, &style, sentence("c02.road_closed", args, 4));
    assert_string_equal(shown, "E14 is closed from 15:00; EV-01, EV-02 is to use it");
}

static void a_list_in_one_argument_is_listed_as_the_reader_lists(void **state)
{
    Muster__Argument *args[] = {names_object("LV-01"),
                                names_object("EV-01 v1, EV-02 v2, HD-01 v1")};
    struct mu_text text = mu_text(shown, sizeof shown);

    (void)state;
    mu_render_sentence(&text, &style, sentence("clear.uncited", args, 2));
    assert_string_equal(shown,
                        "LV-01 is not cleared: it does not cite EV-01 v1, EV-02 v2, HD-01 v1");
    text = mu_text(shown, sizeof shown);
    style.lang = MU_LANG_ZH;
    mu_render_sentence(&text, &style, sentence("clear.uncited", args, 2));
    assert_string_equal(shown, "LV-01未许可：未引用EV-01 v1、EV-02 v2、HD-01 v1");
}

/* ---- small values --------------------------------------------------------------------------------------------- */

static const char *show(void (*fn)(struct mu_text *, int64_t), int64_t value)
{
    struct mu_text text = mu_text(shown, sizeof shown);

    fn(&text, value);
    return shown;
}

static void numbers_read_as_people_write_them(void **state)
{
    (void)state;
    assert_string_equal(show(mu_show_count, 0), "0");
    assert_string_equal(show(mu_show_count, 999), "999");
    assert_string_equal(show(mu_show_count, 10230), "10,230");
    assert_string_equal(show(mu_show_count, -1234567), "-1,234,567");
    assert_string_equal(show(mu_show_count, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(show(mu_show_milli, 6230000), "6,230");
    assert_string_equal(show(mu_show_milli, 500), "0.5");
    assert_string_equal(show(mu_show_milli, -500), "-0.5");
    assert_string_equal(show(mu_show_milli, 1005), "1.005");
    assert_string_equal(show(mu_show_metres, 186400), "186.40");
    assert_string_equal(show(mu_show_metres, -350), "-0.35");
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, begin_story, end_story)
    const struct CMUnitTest stories[] = {
        STORY(an_evacuation_says_who_where_and_how_many),
        STORY(a_number_nobody_stated_is_not_shown_as_nought),
        STORY(exercise_stands_on_every_line_of_an_exercise),
        STORY(an_actual_event_is_not_marked),
        STORY(a_refusal_says_code_sentence_and_field),
        STORY(names_come_from_reference_data_and_keys_stay_beside_them),
        STORY(a_thousand_names_are_all_found_again),
        STORY(a_narrow_terminal_gets_a_line_cut_at_a_character),
        STORY(every_event_that_can_be_made_can_be_shown),
        STORY(control_characters_are_shown_and_not_obeyed),
        STORY(a_hostile_report_cannot_move_the_cursor),
        STORY(a_card_in_the_feed_says_decide_by_and_what_to_type),
        STORY(a_card_answers_eight_questions_in_order),
        STORY(what_a_card_does_not_know_it_says),
        STORY(a_sentence_of_a_newer_catalogue_keeps_its_arguments),
        STORY(arguments_of_one_name_fill_one_place),
        STORY(a_list_in_one_argument_is_listed_as_the_reader_lists),
        STORY(numbers_read_as_people_write_them),
    };

    return cmocka_run_group_tests_name("render", stories, NULL, NULL);
}
