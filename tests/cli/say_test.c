/* What people type becomes the event they mean, or a fault that names the word that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "proto/wire/say.h"
#include "tests/help/events.h"

#define AT(hour, minute) (HELP_MIDNIGHT_MS + ((hour)*60 + (minute)) * INT64_C(60000))
#define WORDS_MAX 32

static mu_arena arena;
static struct mu_fault fault;
static struct mu_assign how;
static struct mu_saying said;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(1u << 20);
    fault = (struct mu_fault){.code = MU_OK};
    how = (struct mu_assign){&arena, HELP_MIDNIGHT_MS, 480, &fault};
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

/* One line as in a script. */
static enum mu_err says(const char *line)
{
    static char copy[4096];
    char *words[MU_SAY_WORDS_MAX];
    bool open;

    snprintf(copy, sizeof copy, "%s", line);
    size_t count = mu_say_words(copy, words, &open);
    assert_false(open);
    return mu_say_read((int)count, (const char *const *)words, &how, &said);
}

/* ---- the line ------------------------------------------------------------------------------------- */

static void a_row_of_the_exercise_is_read_whole(void **state)
{
    (void)state;
    assert_int_equal(
        says("evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised "
             "persons_planned=620 persons_moved=55 rate_since_at_ms=13:52 state=under_way "
             "legs[0].persons=620 legs[0].destination=S1 legs[0].route=E11,E12,E13 "
             "legs[0].window=13:52-16:00 legs[0].heaviest_vehicle_kg=12t vulnerable.infants=22 "
             "occurred=14:01 sent=14:02"),
        MU_OK);
    const Muster__Envelope *e = said.event->envelope;
    const Muster__Evacuation *v = said.event->evacuation;
    assert_string_equal(e->object, "EV-01");
    assert_int_equal(e->version, 1);
    assert_string_equal(e->area, "cn/99/01/21/201/201");
    assert_int_equal(e->occurred_at_ms, AT(14, 1));
    assert_int_equal(e->sent_at_ms, AT(14, 2));
    assert_int_equal(v->population_kind, MUSTER__POPULATION_KIND__POPULATION_KIND_CENTRALISED);
    assert_int_equal(v->n_legs, 1);
    assert_int_equal(v->legs[0]->n_route, 3);
    assert_string_equal(v->legs[0]->route[2]->edge, "E13");
    assert_int_equal(v->legs[0]->window->start_at_ms, AT(13, 52));
    assert_int_equal(v->legs[0]->window->end_at_ms, AT(16, 0));
    assert_int_equal(v->legs[0]->heaviest_vehicle_kg, 12000);
    assert_int_equal(v->vulnerable->infants, 22);
}

static void an_object_needs_no_version_and_a_statement_no_object(void **state)
{
    (void)state;
    assert_int_equal(says("gauge BEIDU stage_mm=98.60m datum=cn1985"), MU_OK);
    assert_string_equal(said.event->envelope->object, "BEIDU");
    assert_false(said.event->envelope->has_version);
    assert_int_equal(said.event->gauge->stage_mm, 98600);
    assert_int_equal(says("acknowledgement rung=opened"), MU_OK);
    assert_true(said.event->envelope == NULL || said.event->envelope->object == NULL);
}

static void words_that_are_wrong_are_named(void **state)
{
    static const struct {
        const char *line;
        enum mu_err err;
        const char *path;
    } wrong[] = {
        {"", MU_E_USAGE, ""},
        {"evacuate EV-01", MU_E_NO_KIND, "evacuate"},
        {"evacuation EV-01 persons_moves=5", MU_E_ABSENT, "persons_moves"},
        {"evacuation EV-01 legs[0].shelter=S1", MU_E_ABSENT, "legs[0].shelter"},
        {"evacuation EV-01 state=running", MU_E_BAD_VALUE, "state"},
        {"evacuation EV-01 persons_moved=many", MU_E_BAD_VALUE, "persons_moved"},
        {"evacuation EV-01 legs[0].window=soon", MU_E_BAD_VALUE, "legs[0].window"},
        {"evacuation EV-01 persons_moved", MU_E_USAGE, "persons_moved"},
        {"evacuation EV-01@2 state=ordered", MU_E_BAD_VALUE, "EV-01@2"},
        {"evacuation EV-01@vx state=ordered", MU_E_BAD_VALUE, "EV-01@vx"},
        {"evacuation EV-01 vulnerable=5", MU_E_BAD_VALUE, "vulnerable"},
        {"evacuation EV-01 persons_moved[0]=5", MU_E_BAD_VALUE, "persons_moved[0]"},
        {"evacuation EV-01 ..=5", MU_E_BAD_VALUE, ".."},
        {"road E14 card=C04:LV-01", MU_E_ABSENT, "card"},
        {"decision card=C99:LV-01", MU_E_BAD_VALUE, "card"},
        {"decision card=C04", MU_E_BAD_VALUE, "card"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fault = (struct mu_fault){.code = MU_OK};
        enum mu_err err = says(wrong[i].line);

        if (err != wrong[i].err || fault.code != wrong[i].err ||
            strcmp(fault.path, wrong[i].path) != 0)
            fail_msg("\"%s\": %s at \"%s\"", wrong[i].line, mu_err_code(err), fault.path);
    }
}

/* ---- short forms ------------------------------------------------------------------------------------ */

static void a_reference_is_object_and_version_and_no_leaf(void **state)
{
    (void)state;
    assert_int_equal(says("operation_plan LV-01@v2 cites=EV-01@v1,EV-02@v2 based_on=F1@v1~300"),
                     MU_OK);
    const Muster__Envelope *e = said.event->envelope;
    assert_int_equal(e->n_cites, 2);
    assert_string_equal(e->cites[1]->object, "EV-02");
    assert_int_equal(e->cites[1]->version, 2);
    assert_false(e->cites[1]->has_leaf);
    assert_int_equal(e->n_based_on, 1);
    assert_string_equal(e->based_on[0]->ref->object, "F1");
    assert_int_equal(e->based_on[0]->tolerance->value, 300);
    assert_int_equal(says("operation_plan LV-01@v2 cites=EV-01@1"), MU_E_BAD_VALUE);
    assert_int_equal(says("operation_plan LV-01@v2 cites=EV-01@v1,,EV-02@v1"), MU_E_BAD_VALUE);
}

static void a_stretch_of_road_has_metres_and_an_effect(void **state)
{
    (void)state;
    assert_int_equal(says("operation_plan LV-01 phases[0].edges=E12:3200-3350:closes,E13,"
                          "E14:8000:one_lane_open,E15:reverse"),
                     MU_OK);
    Muster__EdgeUse **edges = said.event->operation_plan->phases[0]->edges;
    assert_int_equal(said.event->operation_plan->phases[0]->n_edges, 4);
    assert_int_equal(edges[0]->from_m, 3200);
    assert_int_equal(edges[0]->to_m, 3350);
    assert_int_equal(edges[0]->effect, MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES);
    assert_false(edges[1]->has_from_m || edges[1]->has_effect);
    assert_int_equal(edges[2]->from_m, 8000);
    assert_int_equal(edges[2]->to_m, 8000);
    assert_true(edges[3]->reverse);
    assert_int_equal(says("road E12 stretch=E12:blocks"), MU_E_BAD_VALUE);
    assert_int_equal(says("road E12 stretch=:closes"), MU_E_BAD_VALUE);
}

static void a_quantity_has_item_amount_and_unit_or_is_none(void **state)
{
    (void)state;
    assert_int_equal(says("supply_request RQ-01 lines=quilt:160:piece,water:0.5:litre"), MU_OK);
    Muster__ItemQuantity **lines = said.event->supply_request->lines;
    assert_int_equal(said.event->supply_request->n_lines, 2);
    assert_string_equal(lines[0]->item, "quilt");
    assert_int_equal(lines[0]->quantity_milli, 160000);
    assert_int_equal(lines[0]->unit, MUSTER__MEASURE__MEASURE_PIECE);
    assert_int_equal(lines[1]->quantity_milli, 500);
    assert_int_equal(says("supply_request RQ-01 lines=quilt:160"), MU_E_BAD_VALUE);
    assert_int_equal(says("supply_request RQ-01 lines=quilt::piece"), MU_E_BAD_VALUE);
    assert_int_equal(says("supply_request RQ-01 lines=quilt:160:piece:more"), MU_E_BAD_VALUE);
}

static void a_window_may_be_open_or_end_on_the_next_day(void **state)
{
    (void)state;
    assert_int_equal(says("road E14 window=15:00-"), MU_OK);
    assert_int_equal(said.event->road->window->start_at_ms, AT(15, 0));
    assert_true(said.event->road->window->until_changed);
    assert_false(said.event->road->window->has_end_at_ms);
    assert_int_equal(says("road E14 window=22:00-02:00"), MU_OK);
    assert_int_equal(said.event->road->window->end_at_ms, AT(26, 0));
    assert_int_equal(says("road E14 window=2031-07-16T22:00-2031-07-17T02:00"), MU_OK);
    assert_int_equal(said.event->road->window->end_at_ms, AT(26, 0));
    assert_int_equal(says("road E14 window=-"), MU_E_BAD_VALUE);
    assert_int_equal(says("road E14 window=15:00"), MU_E_BAD_VALUE);
}

static void a_name_goes_to_its_own_language(void **state)
{
    (void)state;
    assert_int_equal(says("reference_object S1 name=柳林中学"), MU_OK);
    assert_string_equal(said.event->reference_object->name->zh, "柳林中学");
    assert_null(said.event->reference_object->name->en);
    assert_int_equal(says("reference_object S1 name=\"Liulin Middle School\""), MU_OK);
    assert_string_equal(said.event->reference_object->name->en, "Liulin Middle School");
    assert_null(said.event->reference_object->name->zh);
}

static void the_other_short_forms_read_as_their_page_says(void **state)
{
    (void)state;
    assert_int_equal(says("hospital H1 beds=icu:2,general:8"), MU_OK);
    assert_int_equal(said.event->hospital->beds[1]->available, 8);
    assert_int_equal(says("stock D1 lines=quilt:800:piece"), MU_OK);
    assert_int_equal(said.event->stock->lines[0]->usable_milli, 800000);
    assert_int_equal(says("shipment SH-01 lines=quilt:700:piece vehicles=truck:3:12t"), MU_OK);
    assert_int_equal(said.event->shipment->lines[0]->sent_milli, 700000);
    assert_int_equal(said.event->shipment->vehicles[0]->mass_kg, 12000);
    assert_int_equal(says("shelter S1 origins=cn/99/01/21/201/201:598"), MU_OK);
    assert_int_equal(said.event->shelter->origins[0]->persons, 598);
    assert_int_equal(says("dam_operation DAM-01 to_be_told=EM,CA,HC"), MU_OK);
    assert_string_equal(said.event->dam_operation->to_be_told[2]->agency, "HC");
    assert_int_equal(says("task T-14 resources=BT-2,M1:30 passages=N-SW@16:10"), MU_OK);
    assert_int_equal(said.event->task->resources[1]->count, 30);
    assert_int_equal(said.event->task->passages[0]->at_ms, AT(16, 10));
    assert_int_equal(says("limit_table L lines[0].value=3:minute"), MU_OK);
    assert_int_equal(said.event->limit_table->lines[0]->value->value, 3);
}

static void the_envelopes_area_is_meant_where_the_bodys_is_no_word(void **state)
{
    (void)state;
    assert_int_equal(says("reference_object S1 area=cn/99/01/21/101 kind=shelter"), MU_OK);
    assert_string_equal(said.event->envelope->area, "cn/99/01/21/101");
    assert_null(said.event->reference_object->area);
    assert_int_equal(says("figure indicator=injured area=cn/99/01/21"), MU_OK);
    assert_string_equal(said.event->figure->area, "cn/99/01/21");
}

/* ---- what the place fills in -------------------------------------------------------------------------- */

static void the_place_fills_in_what_was_left_open_and_nobody_speaks_as_another(void **state)
{
    struct mu_say_defaults defaults = {
        "EM", "cn/99/01/21", "INC-01", MUSTER__STATUS__STATUS_EXERCISE, AT(14, 3), 0};

    (void)state;
    assert_int_equal(says("evacuation EV-01@v1 agency=CA occurred=14:01"), MU_OK);
    assert_int_equal(mu_say_fill(&said, &defaults, &how), MU_OK);
    const Muster__Envelope *e = said.event->envelope;
    assert_string_equal(e->agency, "EM");
    assert_string_equal(e->area, "cn/99/01/21");
    assert_string_equal(e->incident, "INC-01");
    assert_int_equal(e->status, MUSTER__STATUS__STATUS_EXERCISE);
    assert_int_equal(e->occurred_at_ms, AT(14, 1));
    assert_int_equal(e->sent_at_ms, AT(14, 3));
    assert_int_equal(says("figure indicator=injured area=cn/99/01/21/201"), MU_OK);
    assert_int_equal(mu_say_fill(&said, &defaults, &how), MU_OK);
    assert_string_equal(said.event->envelope->area, "cn/99/01/21/201");
}

/* ---- what only the record knows ------------------------------------------------------------------------ */

/* EV-01 has versions 1 and 2; the card C04:LV-01 is open. */
static enum mu_err know_ref(void *user, uint32_t kind, const char *object, uint32_t *version,
                            struct mu_hash *leaf)
{
    (void)kind;
    *(int *)user += 1;
    if (strcmp(object, "EV-01") != 0 || *version > 2)
        return MU_E_ABSENT;
    *version = *version == 0 ? 2 : *version;
    *leaf = (struct mu_hash){{(uint8_t)*version}};
    return MU_OK;
}

static enum mu_err know_card(void *user, uint32_t rule, const char *subject,
                             struct mu_hash *card_id, struct mu_hash *finding_id)
{
    *(int *)user += 1;
    if (rule != MUSTER__RULE__RULE_C04 || strcmp(subject, "LV-01") != 0)
        return MU_E_ABSENT;
    *card_id = (struct mu_hash){{0xCA}};
    *finding_id = (struct mu_hash){{0xF1}};
    return MU_OK;
}

static enum mu_err resolves(const char *line, int *asked)
{
    struct mu_say_resolver resolver = {know_ref, know_card, asked};

    *asked = 0;
    assert_int_equal(says(line), MU_OK);
    return mu_say_resolve(&said, &resolver, &how);
}

static void every_reference_gets_its_identity(void **state)
{
    int asked;

    (void)state;
    assert_int_equal(
        resolves("operation_plan LV-01@v2 cites=EV-01@v1,EV-01 based_on=EV-01@v2~5", &asked),
        MU_OK);
    assert_int_equal(asked, 3);
    const Muster__Envelope *e = said.event->envelope;
    assert_int_equal(e->cites[0]->leaf.len, 32);
    assert_int_equal(e->cites[0]->leaf.data[0], 1);
    assert_int_equal(e->cites[1]->version, 2);
    assert_int_equal(e->cites[1]->leaf.data[0], 2);
    assert_int_equal(e->based_on[0]->ref->leaf.data[0], 2);
    assert_int_equal(resolves("supply_response RS-01@v1 to=EV-01@v1 answer=accepted", &asked),
                     MU_OK);
    assert_true(said.event->supply_response->to->has_leaf);
}

static void a_reference_to_nothing_is_named_and_not_invented(void **state)
{
    int asked;

    (void)state;
    assert_int_equal(resolves("operation_plan LV-01@v2 cites=EV-01@v1,EV-09@v1", &asked),
                     MU_E_ABSENT);
    assert_string_equal(fault.path, "EV-09@v1");
    assert_int_equal(resolves("operation_plan LV-01@v2 cites=EV-01@v3", &asked), MU_E_ABSENT);
    assert_string_equal(fault.path, "EV-01@v3");
}

static void a_card_is_named_by_rule_and_subject(void **state)
{
    int asked;

    (void)state;
    assert_int_equal(resolves("decision card=C04:LV-01 verdict=joint reason=x", &asked), MU_OK);
    assert_int_equal(said.event->decision->rule, MUSTER__RULE__RULE_C04);
    assert_string_equal(said.event->decision->subject, "LV-01");
    assert_int_equal(said.event->decision->card_id.data[0], 0xCA);
    assert_int_equal(said.event->decision->finding_id.data[0], 0xF1);
    assert_int_equal(resolves("acknowledgement card=c04:LV-01 rung=opened", &asked), MU_OK);
    assert_int_equal(said.event->acknowledgement->card_id.data[0], 0xCA);
    assert_int_equal(resolves("decision card=C02:LV-01 verdict=joint", &asked), MU_E_ABSENT);
    assert_string_equal(fault.path, "C02:LV-01");
}

static void a_version_left_out_is_the_next_one_and_progress_keeps_it(void **state)
{
    int asked;

    (void)state;
    assert_int_equal(resolves("evacuation EV-01 state=ordered", &asked), MU_OK);
    assert_int_equal(said.event->envelope->version, 3);
    assert_int_equal(resolves("evacuation EV-01 change=progress persons_moved=5", &asked), MU_OK);
    assert_int_equal(said.event->envelope->version, 2);
    assert_int_equal(resolves("evacuation EV-07 state=ordered", &asked), MU_OK);
    assert_int_equal(said.event->envelope->version, 1);
}

static void only_what_cites_needs_the_record(void **state)
{
    (void)state;
    assert_int_equal(says("evacuation EV-01@v1 state=ordered"), MU_OK);
    assert_false(mu_say_asks(&said));
    assert_int_equal(says("acknowledgement of=EV-01@v1 rung=opened"), MU_OK);
    assert_true(mu_say_asks(&said));
    assert_int_equal(says("decision card=C04:LV-01 verdict=joint"), MU_OK);
    assert_true(mu_say_asks(&said));
}

/* ---- help with bad words ------------------------------------------------------------------------------- */

static const char *near_field(const char *kind, const char *typed)
{
    static char buffer[128];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    return mu_say_near_field(mu_kind_number(kind), typed, &text) ? buffer : "(none)";
}

static void the_nearest_name_is_offered(void **state)
{
    char buffer[64];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    (void)state;
    assert_true(mu_say_near_kind("evacuaton", &text));
    assert_string_equal(buffer, "evacuation");
    text = mu_text(buffer, sizeof buffer);
    assert_false(mu_say_near_kind("zzzzzzzz", &text));
    assert_string_equal(near_field("evacuation", "person_moved"), "persons_moved");
    assert_string_equal(near_field("evacuation", "legs[0].rout"), "legs[0].route");
    assert_string_equal(near_field("evacuation", "legs[0].windw.start_at_ms"),
                        "legs[0].window.start_at_ms");
    assert_string_equal(near_field("evacuation", "aera"), "area");
    assert_string_equal(near_field("evacuation", "qqqqqq"), "(none)");
}

static const char *takes(const char *kind, const char *path)
{
    static char buffer[1024];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_say_takes(mu_kind_number(kind), path, &text);
    return buffer;
}

static void what_a_field_takes_is_shown_and_is_true(void **state)
{
    (void)state;
    assert_string_equal(takes("alert", "colour"), "not_stated, blue, yellow, orange, red, none");
    assert_string_equal(takes("road", "stretch"), "E12:3200-3350:closes");
    assert_string_equal(takes("road", "occurred"), "14:05, 2031-07-16T14:05");
    assert_string_equal(takes("evacuation", "legs[0].heaviest_vehicle_kg"), "12000, 12t");
    assert_string_equal(takes("casualty", "persons_injured"), "0, 1, 2 …");
    /* each example is itself accepted */
    assert_int_equal(says("road E12 stretch=E12:3200-3350:closes occurred=2031-07-16T14:05"),
                     MU_OK);
    assert_int_equal(says("evacuation E legs[0].heaviest_vehicle_kg=12000 duration_min=1.5h "
                          "rate_persons_per_hour=620"),
                     MU_OK);
    assert_int_equal(says("gauge G stage_mm=35cm flow_milli_m3s=260m3/s"), MU_OK);
    assert_int_equal(says("rate_table R lines[0].rate_milli=15u"), MU_OK);
}

static void rules_have_names(void **state)
{
    (void)state;
    assert_int_equal(mu_say_rule("C04"), MUSTER__RULE__RULE_C04);
    assert_int_equal(mu_say_rule("clearance"), MUSTER__RULE__RULE_CLEARANCE);
    assert_int_equal(mu_say_rule("C99"), 0);
    assert_int_equal(mu_say_rule("UNSPECIFIED"), 0);
    assert_string_equal(mu_say_rule_name(MUSTER__RULE__RULE_C11), "C11");
    assert_string_equal(mu_say_rule_name(9999), "?");
    assert_string_equal(mu_say_rule_name(0), "?");
}

/* ---- words of a line ---------------------------------------------------------------------------------------- */

static void a_line_is_cut_at_blanks_outside_quotes(void **state)
{
    char line[] = "  decision\treason=\"evacuation first\" ; x=\"say \"\"now\"\"\" y=\"\"  ";
    char *words[MU_SAY_WORDS_MAX];
    bool open;

    (void)state;
    assert_int_equal(mu_say_words(line, words, &open), 5);
    assert_false(open);
    assert_string_equal(words[0], "decision");
    assert_string_equal(words[1], "reason=evacuation first");
    assert_string_equal(words[2], ";");
    assert_string_equal(words[3], "x=say \"now\"");
    assert_string_equal(words[4], "y=");
}

static void an_open_quote_and_too_many_words_are_no_line(void **state)
{
    char open_line[] = "decision reason=\"evacuation first";
    char many[4 * MU_SAY_WORDS_MAX];
    char *words[MU_SAY_WORDS_MAX];
    bool open;

    (void)state;
    assert_int_equal(mu_say_words(open_line, words, &open), 0);
    assert_true(open);
    memset(many, 0, sizeof many);
    for (size_t i = 0; i <= MU_SAY_WORDS_MAX; i++)
        memcpy(many + 2 * i, "x ", 2);
    assert_int_equal(mu_say_words(many, words, &open), MU_SAY_WORDS_MAX + 1);
    many[2 * MU_SAY_WORDS_MAX] = '\0';
    memset(many, 'x', 1);
    char none[] = "   ";
    assert_int_equal(mu_say_words(none, words, &open), 0);
    assert_false(open);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest stories[] = {
        STORY(a_row_of_the_exercise_is_read_whole),
        STORY(an_object_needs_no_version_and_a_statement_no_object),
        STORY(words_that_are_wrong_are_named),
        STORY(a_reference_is_object_and_version_and_no_leaf),
        STORY(a_stretch_of_road_has_metres_and_an_effect),
        STORY(a_quantity_has_item_amount_and_unit_or_is_none),
        STORY(a_window_may_be_open_or_end_on_the_next_day),
        STORY(a_name_goes_to_its_own_language),
        STORY(the_other_short_forms_read_as_their_page_says),
        STORY(the_envelopes_area_is_meant_where_the_bodys_is_no_word),
        STORY(the_place_fills_in_what_was_left_open_and_nobody_speaks_as_another),
        STORY(every_reference_gets_its_identity),
        STORY(a_reference_to_nothing_is_named_and_not_invented),
        STORY(a_card_is_named_by_rule_and_subject),
        STORY(a_version_left_out_is_the_next_one_and_progress_keeps_it),
        STORY(only_what_cites_needs_the_record),
        STORY(the_nearest_name_is_offered),
        STORY(what_a_field_takes_is_shown_and_is_true),
        STORY(rules_have_names),
        STORY(a_line_is_cut_at_blanks_outside_quotes),
        STORY(an_open_quote_and_too_many_words_are_no_line),
    };

    return cmocka_run_group_tests_name("say", stories, NULL, NULL);
}
