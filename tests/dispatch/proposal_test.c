/* What dispatch proposes: every number of T+00:48 by hand, and of another county. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/rules/dispatch.h"
#include "proto/rules/templates.h"
#include "tests/help/medical.h"

static struct story s;
static char told[8192];

static void open_county(void)
{
    story_open(&s);
    s.no_supply = true;
    story_qinghe(&s);
    story_medical(&s);
    story_forget(&s);
}

#define SCENE(version, red, yellow, green)                                                         \
    "casualty CS-YJ@v" version " area=cn/99/01/21/201/203 cause=landslide persons_injured=9"       \
    " triage.red=" red " triage.yellow=" yellow " triage.green=" green
#define LANDSLIDE                                                                                  \
    "road RD-E15@v1 area=cn/99/01/21/201/203 stretch=E15:6000-6000 state=destroyed"                \
    " cause=landslide window.start_at_ms=14:24 window.until_changed=true"
#define LV_01                                                                                      \
    "operation_plan LV-01@v1 area=cn/99/01/21/201/202 activity=sandbags state=active"              \
    " phases[0].activity=sandbags phases[0].window=14:20-16:00 phases[0].edges=E12:one_lane_open"  \
    " phases[1].activity=pile_driving phases[1].window=16:05-17:20 phases[1].edges=E12:closes"

/* ---- a proposal in words ---- */

static void add_clock(struct mu_text *out, int64_t ms)
{
    struct mu_civil civil = mu_civil(ms, 480);

    mu_text_addf(out, "%02d:%02d", civil.hour, civil.minute);
}

static void add_route(struct mu_text *out, const char *word, Muster__EdgeUse *const *uses,
                      size_t count)
{
    mu_text_addf(out, " %s ", word);
    for (size_t i = 0; i < count; i++) {
        mu_text_addf(out, "%s%s", i == 0 ? "" : "-", uses[i]->edge);
        if (uses[i]->has_to_m)
            mu_text_addf(out, ":%lld-%lld", (long long)uses[i]->from_m, (long long)uses[i]->to_m);
    }
}

static void add_passages(struct mu_text *out, Muster__NodePassage *const *passages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mu_text_addf(out, " %s ", passages[i]->node);
        add_clock(out, passages[i]->at_ms);
    }
}

static void add_moves(struct mu_text *out, const Muster__ProposedJourney *journey)
{
    static const char *const colours[] = {"?", "?", "red", "yellow", "green", "black"};

    for (size_t i = 0; i < journey->n_patients; i++) {
        const Muster__PatientMove *move = journey->patients[i];

        mu_text_addf(out, "  %u %s to %s", move->persons, colours[move->triage],
                     move->hospital == NULL ? "nowhere yet" : move->hospital);
        if (move->has_arrives_at_ms) {
            mu_text_add(out, " ");
            add_clock(out, move->arrives_at_ms);
        }
        mu_text_add(out, "\n");
    }
}

static void add_journey(struct mu_text *out, const Muster__ProposedJourney *journey)
{
    if (journey->n_route > 0) {
        mu_text_addf(out, "%u from %s", journey->unit_count, journey->from);
        add_route(out, "by", journey->route, journey->n_route);
        mu_text_addf(out, ", %lld m, %lld min, ", (long long)journey->distance_m,
                     (long long)journey->travel_min);
        add_clock(out, journey->departs_at_ms);
        mu_text_add(out, " to ");
        add_clock(out, journey->arrives_at_ms);
        mu_text_add(out, "\n ");
        add_passages(out, journey->passages, journey->n_passages);
        mu_text_add(out, "\n  leaves ");
        add_clock(out, journey->leaves_at_ms);
        add_passages(out, journey->return_passages, journey->n_return_passages);
        mu_text_add(out, "\n");
    } else {
        mu_text_addf(out, "to %s", journey->return_to);
        add_route(out, "by", journey->return_route, journey->n_return_route);
        mu_text_addf(out, ", %lld m, %lld min\n", (long long)journey->distance_m,
                     (long long)journey->travel_min);
    }
    if (journey->n_only_way > 0) {
        add_route(out, " only way", journey->only_way, journey->n_only_way);
        mu_text_add(out, "\n");
    }
    add_moves(out, journey);
}

static void add_warning(struct mu_text *out, const Muster__Sentence *warning)
{
    assert_non_null(mu_template(warning->template_id, MU_LANG_EN));
    assert_non_null(mu_template(warning->template_id, MU_LANG_ZH));
    mu_text_addf(out, "! %s", warning->template_id);
    for (size_t i = 0; i < warning->n_args; i++) {
        const Muster__Argument *a = warning->args[i];

        mu_text_add(out, " ");
        if (a->value_case == MUSTER__ARGUMENT__VALUE_AT_MS)
            add_clock(out, a->at_ms);
        else if (a->value_case == MUSTER__ARGUMENT__VALUE_NUMBER)
            mu_text_addf(out, "%lld", (long long)a->number->value);
        else if (a->value_case == MUSTER__ARGUMENT__VALUE_EDGE)
            mu_text_add(out, a->edge->edge);
        else
            mu_text_add(out, a->object);
    }
    mu_text_add(out, "\n");
}

static Muster__DispatchProposal *propose(const char *scene)
{
    struct mu_roads *roads;
    Muster__DispatchProposal *out;

    assert_int_equal(mu_roads_new(s.picture, &roads), MU_OK);
    out = mu_dispatch_propose(s.picture, roads,
                              mu_picture_object(s.picture, MUSTER__EVENT__BODY_CASUALTY, scene),
                              &s.arena);
    mu_roads_free(&roads);
    return out;
}

static const char *words_of(const Muster__DispatchProposal *proposal)
{
    struct mu_text out = mu_text(told, sizeof told);

    for (size_t i = 0; proposal != NULL && i < proposal->n_journeys; i++)
        add_journey(&out, proposal->journeys[i]);
    for (size_t i = 0; proposal != NULL && i < proposal->n_warnings; i++)
        add_warning(&out, proposal->warnings[i]);
    return told;
}

static const char *beds_of(const Muster__DispatchProposal *proposal)
{
    struct mu_text out = mu_text(told, sizeof told);

    for (size_t i = 0; i < proposal->n_beds; i++)
        mu_text_addf(&out, "%s%s %d: %u of %u%s", i == 0 ? "" : ", ", proposal->beds[i]->hospital,
                     (int)proposal->beds[i]->kind, proposal->beds[i]->used,
                     proposal->beds[i]->available, proposal->beds[i]->too_old ? " too old" : "");
    return told;
}

static const char *lines_of(const char *scene)
{
    char *buffer = mu_arena_take(&s.arena, 8192);
    struct mu_text out = mu_text(buffer, 8192);
    Muster__DispatchProposal *proposal = propose(scene);

    if (proposal != NULL)
        mu_dispatch_lines(proposal, &out);
    return buffer;
}

/* ---- Qinghe ---- */

/* From Chengguan 10 + 5 + 6 + 4 = 25 km; at 40 km/h 37.5 min, 38. Beidu after 15 min, Xiawan 22.5,
 * Shangwan 31.5. Twelve minutes there, and back by the same way: Shangwan 15:26, Xiawan 15:35, Beidu
 * 15:42.5, Chengguan 15:57.5. To Liulin 4 + 6 + 5 + 4 = 19 km, 28.5 min. H1 has two counted beds; H3's one
 * is of 12:10. E14 has S210 and E13 beside it; behind Beidu there is one way, since E15 is gone at km 6. */
static void the_landslide_at_yanjiao(void **state)
{
    Muster__DispatchProposal *proposal;

    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    proposal = propose("CS-YJ");
    assert_string_equal(words_of(proposal),
                        "3 from H1 by E14-E12-E11-E15:0-4000, 25000 m, 38 min, 14:30 to 15:08\n"
                        "  N-CG 14:30 N-BD 14:45 N-XW 14:53 N-SW 15:02\n"
                        "  leaves 15:20 N-SW 15:26 N-XW 15:35 N-BD 15:43 N-CG 15:58\n"
                        "  only way E12-E11-E15:0-4000\n"
                        "  2 red to H1 15:58\n"
                        "  1 red to nowhere yet\n"
                        "to H2 by E15:0-4000-E11-E12-E13, 19000 m, 29 min\n"
                        "  4 yellow to H2\n"
                        "  2 green to H2\n"
                        "! dispatch.only_way_closes E12 LV-01 16:05\n"
                        "! dispatch.no_bed 1 bed.icu\n"
                        "! c10.ask H3 1 12:10 bed.icu\n");
    assert_string_equal(beds_of(proposal), "H1 2: 2 of 2, H3 2: 0 of 1 too old, H2 3: 6 of 8");
    assert_int_equal(proposal->computed_through, s.number);
    assert_true(proposal->n_inputs >= 5); /* scene, three hospitals, landslide, works */
    story_close(&s);
}

/* T+01:00: the plan one key makes of it is the one health made: 14:30, 15:08, 15:20, 15:58, three red to H1,
 * LV-01 cited; with it as recorded nobody waits, and H1 has three for two. */
static void one_key_makes_the_plan(void **state)
{
    Muster__OperationPlan *plan;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Ref **cites;
    size_t count;
    char words[512];
    struct mu_text out = mu_text(words, sizeof words);

    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    plan = mu_dispatch_plan(propose("CS-YJ"), 0, &s.arena);
    assert_null(mu_dispatch_plan(propose("CS-YJ"), 1, &s.arena)); /* nobody drives that one */
    assert_null(mu_dispatch_plan(propose("CS-YJ"), 2, &s.arena));
    for (size_t i = 0; i < plan->n_phases; i++) {
        const Muster__PlanPhase *phase = plan->phases[i];

        mu_text_addf(&out, "%d ", (int)phase->activity);
        add_clock(&out, phase->window->start_at_ms);
        mu_text_add(&out, "-");
        add_clock(&out, phase->window->end_at_ms);
        add_route(&out, "by", phase->edges, phase->n_edges);
        for (size_t k = 0; k < phase->n_patients; k++) {
            mu_text_addf(&out, " %u to %s ", phase->patients[k]->persons,
                         phase->patients[k]->hospital);
            add_clock(&out, phase->patients[k]->arrives_at_ms);
        }
        mu_text_add(&out, "\n");
    }
    assert_string_equal(words,
                        "3 14:30-15:08 by E14-E12-E11-E15:0-4000\n"
                        "13 15:08-15:20 by \n"
                        "3 15:20-15:58 by E15:0-4000-E11-E12-E14 2 to H1 15:58 1 to H1 15:58\n");
    assert_string_equal(plan->for_objects[0], "CS-YJ");
    envelope.object = (char *)(uintptr_t) "HD-01";
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_OPERATION_PLAN;
    event.operation_plan = plan;
    cites = mu_dispatch_cites(s.picture, &event, &s.arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(cites[0]->object, "LV-01");
    assert_int_equal(cites[0]->version, 1);
    story_close(&s);
}

/* The control: while E15 stands it is shorter by Beidu and Liulin, 10 + 4 + 10 = 24 km, and nothing is the
 * only way but the last stretch. */
static void with_the_hill_road_open(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    words_of(propose("CS-YJ"));
    assert_non_null(strstr(told, "3 from H1 by E14-E13-E15:4000-14000, 24000 m, 36 min"));
    assert_non_null(strstr(told, "only way E15:4000-14000\n"));
    assert_non_null(strstr(told, "to H2 by E15:4000-14000, 10000 m, 15 min\n"));
    assert_null(strstr(told, "only_way_closes"));
    story_close(&s);
}

/* What was taken up is not proposed again; what is left is no news. */
static void taking_it_up_is_no_news(void **state)
{
    const char *before;

    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    before = lines_of("CS-YJ");
    assert_true(mu_dispatch_is_news("\n", before));
    assert_false(mu_dispatch_is_news(before, before));
    story_says(&s, "14:27", "HC",
               "hospital H1@v1 area=cn/99/01/21/100 change=progress beds[0].kind=icu"
               " beds[0].available=2 counted_at_ms=14:27");
    assert_false(mu_dispatch_is_news(before, lines_of("CS-YJ")));
    story_says(&s, "14:30", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance state=submitted"
               " for_objects=CS-YJ phases[0].activity=ambulance phases[0].window=15:20-15:58"
               " phases[0].patients[0].triage=red phases[0].patients[0].persons=3"
               " phases[0].patients[0].hospital=H1 phases[0].patients[0].arrives_at_ms=15:58");
    assert_string_equal(words_of(propose("CS-YJ")),
                        "to H2 by E15:0-4000-E11-E12-E13, 19000 m, 29 min\n"
                        "  4 yellow to H2\n  2 green to H2\n");
    assert_false(mu_dispatch_is_news(before, lines_of("CS-YJ")));
    /* A road lost on the way to H2 is. */
    story_says(&s, "14:31", "PS",
               "road RD-E13@v1 area=cn/99/01/21 stretch=E13 state=closed"
               " window.start_at_ms=14:31 window.until_changed=true");
    assert_true(mu_dispatch_is_news(before, lines_of("CS-YJ")));
    assert_non_null(strstr(words_of(propose("CS-YJ")), "to H2 by E15:0-4000-E11-E12-E14-S210"));
    story_close(&s);
}

/* T+03:12. Two more red; H1's three ambulances are out until 16:16. */
static void no_ambulance_is_free(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "14:24", "SH", SCENE("1", "3", "0", "0"));
    story_says(&s, "15:08", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance state=active"
               " for_objects=CS-YJ phases[0].activity=ambulance phases[0].window=15:20-16:16"
               " phases[0].edges=E15:0-4000,E11,E12,E13,S210"
               " phases[0].vehicles[0].vehicle_class=ambulance phases[0].vehicles[0].count=3"
               " phases[0].vehicles[0].object=H1"
               " phases[0].patients[0].triage=red phases[0].patients[0].persons=3"
               " phases[0].patients[0].hospital=H1 phases[0].patients[0].arrives_at_ms=16:16");
    story_says(&s, "15:36", "FR", SCENE("2", "5", "0", "0"));
    assert_string_equal(words_of(propose("CS-YJ")), "! dispatch.no_ambulance 2\n");
    /* Back home they can be sent again. */
    story_ticks(&s, "16:16");
    assert_non_null(strstr(words_of(propose("CS-YJ")), "2 from H1 by"));
    story_close(&s);
}

/* A works closing that the ambulances would meet on their way: they are not sent into it. */
static void not_into_a_road_that_will_be_closed(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "15:30", "SH", SCENE("1", "1", "0", "0"));
    /* Leaves 15:36, on E12 from 15:51 to 15:59. */
    assert_non_null(strstr(words_of(propose("CS-YJ")), "1 from H1 by E14-E12-E11-E15"));
    story_ticks(&s, "15:45"); /* leaves 15:51, on E12 from 16:06 */
    assert_string_equal(words_of(propose("CS-YJ")), "! dispatch.no_way CS-YJ\n");
    story_close(&s);
}

/* A state nobody knows is never open. */
static void unknown_is_not_open(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:20", "PS",
               "road RD-E14@v1 area=cn/99/01/21 stretch=E14 state=not_stated"
               " window.start_at_ms=14:20 window.until_changed=true");
    story_says(&s, "14:24", "SH", LANDSLIDE);
    story_says(&s, "14:24", "SH", SCENE("1", "1", "0", "0"));
    words_of(propose("CS-YJ"));
    assert_non_null(strstr(told, "1 from H1 by S210-E13-E12-E11-E15:0-4000, 37000 m, 56 min"));
    assert_non_null(strstr(told, "only way S210-E13-E12-E11-E15:0-4000"));
    assert_non_null(strstr(told, "! dispatch.only_way S210-E13-E12-E11-E15"));
    story_close(&s);
}

/* ---- another county: two hospitals with ambulances, one way in, two scenes, other speeds ---- */

#define ROAD(id, a, b, km, kmh)                                                                    \
    "reference_object " id " kind=road_edge road_edge.from_node=" a " road_edge.to_node=" b        \
    " road_edge.length_m=" km " road_edge.speeds[0].vehicle_class=ambulance"                       \
    " road_edge.speeds[0].km_per_hour=" kmh
#define PLACE(id, area) "reference_object " id " area=" area " kind=node road_node.area=" area
#define HOUSE(id, node, more) "reference_object " id " kind=hospital node=" node more

static const struct {
    const char *agency, *words;
} elsewhere[] = {
    {"PS", PLACE("A", "cn/99/02/1")},
    {"PS", PLACE("B", "cn/99/02/2")},
    {"PS", PLACE("C", "cn/99/02/3")},
    {"PS", PLACE("V", "cn/99/02/4")},
    {"PS", ROAD("R1", "A", "B", "9km", "45")},  /* 12 min */
    {"PS", ROAD("R2", "B", "V", "7km", "25")},  /* 16.8 min: the only way to V */
    {"PS", ROAD("R3", "C", "B", "11km", "35")}, /* 18.86 min */
    {"PS", ROAD("R4", "A", "C", "5km", "50")},  /* 6 min */
    {"HC", HOUSE("KH", "A", " hospital.ambulances=1")},
    {"HC", HOUSE("ZY", "C", " hospital.ambulances=2")},
    {"HC", "hospital KH@v1 beds[0].kind=icu beds[0].available=5 counted_at_ms=14:00"},
    {"HC", "hospital ZY@v1 beds[0].kind=icu beds[0].available=1 beds[1].kind=general"
           " beds[1].available=3 counted_at_ms=14:00 ambulances_available=2"},
};

static void open_elsewhere(void)
{
    story_open(&s);
    s.no_supply = true;
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
        story_says(&s, "14:01", elsewhere[i].agency, elsewhere[i].words);
    story_forget(&s);
}

/* KH: 12 + 16.8 = 28.8 min, 16 km. ZY over B: 18.86 + 16.8 = 35.66; over A: 6 + 12 + 16.8 = 34.8 min, 21 km.
 * Three red: one from KH, two from ZY. Without limits: 5 min to turn out, 15 on scene. Beds nearest to V:
 * KH 28.8 min, five; ZY's is not needed. */
static void two_hospitals_share_three_red(void **state)
{
    (void)state;
    open_elsewhere();
    story_says(&s, "14:20", "SH",
               "casualty Q1@v1 area=cn/99/02/4 persons_injured=7 triage.red=3 triage.yellow=4");
    assert_string_equal(words_of(propose("Q1")),
                        "1 from KH by R1-R2, 16000 m, 29 min, 14:25 to 14:54\n"
                        "  A 14:25 B 14:37 V 14:54\n"
                        "  leaves 15:09 V 15:09 B 15:26 A 15:38\n"
                        "  only way R2\n"
                        "  1 red to KH 15:38\n"
                        "2 from ZY by R4-R1-R2, 21000 m, 35 min, 14:25 to 15:00\n"
                        "  C 14:25 A 14:31 B 14:43 V 15:00\n"
                        "  leaves 15:15 V 15:15 B 15:32 A 15:44\n"
                        "  only way R2\n"
                        "  2 red to KH 15:44\n"
                        "to ZY by R2-R1-R4, 21000 m, 35 min\n"
                        "  3 yellow to ZY\n"
                        "! dispatch.only_way R2\n"
                        "! dispatch.no_bed 1 bed.general\n");
    story_close(&s);
}

/* Two scenes at once: what the first one's plan takes is gone for the second. */
static void two_scenes_at_once(void **state)
{
    (void)state;
    open_elsewhere();
    story_says(&s, "14:20", "SH", "casualty Q1@v1 area=cn/99/02/4 persons_injured=1 triage.red=1");
    story_says(&s, "14:20", "SH", "casualty Q2@v1 area=cn/99/02/2 persons_injured=2 triage.red=2");
    /* Three for three: the one of KH is proposed to the first scene. */
    assert_non_null(strstr(words_of(propose("Q2")), "2 from ZY by R4-R1, 14000 m, 18 min"));
    assert_null(strstr(told, "from KH"));
    assert_null(strstr(told, "not_enough"));
    assert_non_null(strstr(words_of(propose("Q1")), "1 from KH by R1-R2"));
    assert_null(strstr(told, "dispatch.held"));
    story_says(&s, "14:20", "SH", "casualty Q2@v2 area=cn/99/02/2 persons_injured=3 triage.red=3");
    assert_non_null(strstr(words_of(propose("Q2")), "! dispatch.not_enough 4 3\n"));
    assert_non_null(strstr(told, "1 from KH by R1"));
    assert_non_null(strstr(told, "! dispatch.held 1 KH Q1\n"));
    story_says(&s, "14:20", "SH", "casualty Q2@v3 area=cn/99/02/2 persons_injured=2 triage.red=2");
    story_says(&s, "14:21", "HC",
               "operation_plan G1@v1 area=cn/99/02/4 activity=ambulance state=active for_objects=Q1"
               " resources[0].object=KH resources[0].count=1 phases[0].activity=ambulance"
               " phases[0].window=14:25-15:40 phases[0].edges=R1,R2"
               " phases[0].vehicles[0].vehicle_class=ambulance phases[0].patients[0].triage=red"
               " phases[0].patients[0].persons=1 phases[0].patients[0].hospital=KH"
               " phases[0].patients[0].arrives_at_ms=15:40");
    assert_null(propose("Q1"));
    words_of(propose("Q2"));
    assert_null(strstr(told, "from KH"));
    assert_non_null(strstr(told, "2 from ZY by R4-R1, 14000 m, 18 min"));
    story_close(&s);
}

/* A hospital in the water neither sends nor takes. */
static void a_flooded_hospital(void **state)
{
    (void)state;
    open_elsewhere();
    story_says(&s, "14:19", "HC", "hospital KH@v1 change=progress flood_state=flooded");
    story_says(&s, "14:20", "SH", "casualty Q1@v1 area=cn/99/02/4 persons_injured=1 triage.red=1");
    assert_non_null(strstr(words_of(propose("Q1")), "1 from ZY by R4-R1-R2"));
    assert_non_null(strstr(told, "1 red to ZY"));
    story_close(&s);
}

/* The only way to the village is gone. */
static void a_village_cut_off(void **state)
{
    (void)state;
    open_elsewhere();
    story_says(&s, "14:19", "PS",
               "road X@v1 area=cn/99/02 stretch=R2:3000-3200 state=destroyed"
               " window.start_at_ms=14:19 window.until_changed=true");
    story_says(&s, "14:20", "SH",
               "casualty Q1@v1 area=cn/99/02/4 persons_injured=3 triage.red=1 triage.yellow=2");
    assert_string_equal(words_of(propose("Q1")), "! dispatch.no_way Q1\n"
                                                 "! dispatch.no_bed 2 bed.general\n");
    story_close(&s);
}

/* Nobody knows where that is: said, not guessed. */
static void a_place_that_is_not_on_the_map(void **state)
{
    (void)state;
    open_elsewhere();
    story_says(&s, "14:20", "SH", "casualty Q1@v1 area=cn/99/02/9 persons_injured=1 triage.red=1");
    assert_string_equal(words_of(propose("Q1")), "! dispatch.no_place Q1\n");
    story_says(&s, "14:21", "SH", "casualty Q2@v1 area=cn/99/02/9 persons_injured=0 triage.red=0");
    assert_null(propose("Q2"));
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_landslide_at_yanjiao),
        cmocka_unit_test(one_key_makes_the_plan),
        cmocka_unit_test(with_the_hill_road_open),
        cmocka_unit_test(taking_it_up_is_no_news),
        cmocka_unit_test(no_ambulance_is_free),
        cmocka_unit_test(not_into_a_road_that_will_be_closed),
        cmocka_unit_test(unknown_is_not_open),
        cmocka_unit_test(two_hospitals_share_three_red),
        cmocka_unit_test(two_scenes_at_once),
        cmocka_unit_test(a_flooded_hospital),
        cmocka_unit_test(a_village_cut_off),
        cmocka_unit_test(a_place_that_is_not_on_the_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
