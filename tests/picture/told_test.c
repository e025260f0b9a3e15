/* The ladder of who has been told: three different marks, never one inferred from another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/told.h"
#include "tests/help/story.h"

static struct story s;

#define MOVE(version)                                                                              \
    "evacuation EV-01@v" version " area=cn/99/01/21/201/201 population_kind=centralised"           \
    " persons_planned=620 state=under_way"

static void open_county(void)
{
    story_open(&s);
    s.no_supply = s.no_coordinator = true;
    story_desks(&s, "EM CA HC WR SH");
}

static const struct mu_said *said(const char *object, uint32_t version)
{
    return mu_object_version(mu_picture_named(s.picture, object), version);
}

static struct mu_told told(const char *object, uint32_t version, const char *agency)
{
    struct mu_told out;

    mu_told_of(s.picture, said(object, version), agency, &out);
    return out;
}

static void add_clock(struct mu_text *out, int64_t ms)
{
    struct mu_civil civil = mu_civil(ms, 480);

    mu_text_addf(out, " %02d:%02d", civil.hour, civil.minute);
}

/* "CA: on_machine 14:03, opened 14:05 = opened" */
static const char *ladder(const struct mu_told *ladder)
{
    static char buffer[512];
    struct mu_text out = mu_text(buffer, sizeof buffer);
    bool some = false;

    mu_text_addf(&out, "%s:", ladder->agency);
    for (unsigned rung = MUSTER__RUNG__RUNG_ON_MACHINE; rung < MU_TOLD_RUNGS; rung++) {
        const struct mu_told_step *step = &ladder->rung[rung];

        if (!step->reached)
            continue;
        mu_text_addf(&out, "%s %s", some ? "," : "", mu_rung_name((Muster__Rung)rung));
        add_clock(&out, step->at_ms);
        if (step->second_hand)
            mu_text_addf(&out, " by %s", step->entered_by);
        some = true;
    }
    mu_text_addf(&out, " = %s%s", mu_rung_name(ladder->highest), ladder->knows ? ", knows" : "");
    return buffer;
}

static void expect(const char *object, uint32_t version, const char *agency, const char *wanted)
{
    struct mu_told out = told(object, version, agency);

    assert_string_equal(ladder(&out), wanted);
}

/* Row 00:10. */
static void three_different_marks(void **state)
{
    uint64_t number;

    (void)state;
    open_county();
    story_says(&s, "14:03", "EM", MOVE("1"));
    number = s.number;
    expect("EV-01", 1, "CA", "CA: = waiting");
    story_holds(&s, "14:03:02", "CA", number, "");
    story_holds(&s, "14:03:02", "HC", number, "");
    story_holds(&s, "14:03:03", "WR", number, "");
    expect("EV-01", 1, "CA", "CA: on_machine 14:03 = on_machine");
    story_says(&s, "14:05", "CA", "acknowledgement of=EV-01@v1 rung=opened at_ms=14:05 post=duty");
    expect("EV-01", 1, "CA", "CA: on_machine 14:03, opened 14:05 = opened");
    expect("EV-01", 1, "HC", "HC: on_machine 14:03 = on_machine");
    expect("EV-01", 1, "WR", "WR: on_machine 14:03 = on_machine");
    expect("EV-01", 1, "SH", "SH: = waiting");
    assert_string_equal(told("EV-01", 1, "CA").rung[MUSTER__RUNG__RUNG_OPENED].post, "duty");
    assert_int_equal(told("EV-01", 1, "CA").rung[MUSTER__RUNG__RUNG_STORED].number, number);
    story_close(&s);
}

/* A receipt that has looked through the number before says nothing of this one; nor does one that was
 * never asked for it, a screen's, or one that claims more than the record held. */
static void a_receipt_covers_what_it_looked_at(void **state)
{
    uint64_t number;

    (void)state;
    open_county();
    story_says(&s, "14:03", "EM", MOVE("1"));
    number = s.number;
    story_holds(&s, "14:04", "CA", number - 1, "");
    expect("EV-01", 1, "CA", "CA: = waiting");
    story_holds(&s, "14:05", "CA", number, "type=road");
    expect("EV-01", 1, "CA", "CA: = waiting");
    story_holds(&s, "14:05", "CA", 1000000, "");
    expect("EV-01", 1, "CA", "CA: = waiting");
    story_holds(&s, "14:06", "PS", number, ""); /* no desk of that name is enrolled */
    expect("EV-01", 1, "PS", "PS: = waiting");
    story_holds(&s, "14:07", "CA", number, "type=road,evacuation area=cn/99/01/21/201");
    expect("EV-01", 1, "CA", "CA: on_machine 14:07 = on_machine");
    story_holds(&s, "14:09", "CA", number + 3, "");
    expect("EV-01", 1, "CA", "CA: on_machine 14:07 = on_machine");
    story_close(&s);
}

static void version_one_says_nothing_of_version_two(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM", MOVE("1"));
    story_says(&s, "14:05", "CA", "acknowledgement of=EV-01@v1 rung=acknowledged");
    story_says(&s, "14:10", "EM", MOVE("2"));
    expect("EV-01", 1, "CA", "CA: acknowledged 14:05 = acknowledged, knows");
    expect("EV-01", 2, "CA", "CA: = waiting");
    story_holds(&s, "14:11", "CA", s.number, "");
    expect("EV-01", 2, "CA", "CA: on_machine 14:11 = on_machine");
    /* Progress of a version is another statement again. */
    story_says(&s, "14:12", "EM", MOVE("2") " change=progress persons_moved=10");
    expect("EV-01", 2, "CA", "CA: on_machine 14:11 = on_machine");
    story_close(&s);
}

/* Second-hand is marked with who entered it, through what, and what was read back. */
static void by_telephone(void **state)
{
    struct mu_told out;

    (void)state;
    open_county();
    story_says(&s, "14:03", "EM", MOVE("1"));
    story_says(&s, "14:05", "EM", "acknowledgement of=EV-01@v1 rung=acknowledged for_agency=SH");
    expect("EV-01", 1, "SH", "SH: = waiting"); /* how does EM know? */
    story_says(&s, "14:06", "EM",
               "acknowledgement of=EV-01@v1 rung=acknowledged for_agency=SH for_post=duty"
               " on_behalf_of=SH channel=telephone speaker=\"Chen\" read_back=\"620 to S1\"");
    expect("EV-01", 1, "SH", "SH: acknowledged 14:06 by EM = acknowledged, knows");
    out = told("EV-01", 1, "SH");
    assert_true(out.waiting); /* and still not on its machine */
    assert_string_equal(out.known_by->post, "duty");
    assert_string_equal(out.known_by->person, "Chen");
    assert_string_equal(out.known_by->read_back, "620 to S1");
    assert_int_equal(out.known_by->channel, MUSTER__CHANNEL__CHANNEL_TELEPHONE);
    expect("EV-01", 1, "EM", "EM: = waiting");
    story_close(&s);
}

static void as_of_a_time(void **state)
{
    struct mu_told out;
    int64_t base;

    (void)state;
    open_county();
    story_says(&s, "14:03", "EM", MOVE("1"));
    base = s.at_ms;
    story_holds(&s, "14:04", "CA", s.number, "");
    story_says(&s, "14:06", "CA", "acknowledgement of=EV-01@v1 rung=acknowledged");
    mu_told_of_at(s.picture, said("EV-01", 1), "CA", base + 30000, &out);
    assert_string_equal(ladder(&out), "CA: = waiting");
    mu_told_of_at(s.picture, said("EV-01", 1), "CA", base + 2 * 60000, &out);
    assert_string_equal(ladder(&out), "CA: on_machine 14:04 = on_machine");
    mu_told_of_at(s.picture, said("EV-01", 1), "CA", base + 3 * 60000, &out);
    assert_string_equal(ladder(&out),
                        "CA: on_machine 14:04, acknowledged 14:06 = acknowledged, knows");
    story_close(&s);
}

static void who_there_is_to_be_told(void **state)
{
    struct mu_told_to to[8];

    (void)state;
    open_county();
    story_says(&s, "14:03", "WR",
               "dam_operation DAM-01@v1 structure=LONGTAN steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s to_be_told[0].agency=SH to_be_told[0].post=duty"
               " to_be_told[1].agency=EM");
    assert_int_equal(mu_told_addressees(s.picture, said("DAM-01", 1), to, 8), 2);
    assert_string_equal(to[0].agency, "SH");
    assert_string_equal(to[0].post, "duty");
    assert_int_equal(mu_told_agencies(s.picture, said("DAM-01", 1), to, 8), 4);
    assert_string_equal(to[1].agency, "EM");
    assert_string_equal(to[2].agency, "CA");
    assert_false(to[2].must_answer);
    assert_string_equal(to[3].agency, "HC"); /* WR said it */
    assert_int_equal(mu_told_agencies(s.picture, said("DAM-01", 1), to, 3), 3);
    story_close(&s);
}

/* ---- anything may happen in any order; the ladder shows what did ---- */

static const char *const agencies[] = {"EM", "CA", "HC", "WR", "SH"};
static const char *const rungs[] = {"opened", "acknowledged", "acting"};

/* What happened, as the test saw it: by version, agency and rung; [0] is on machine. */
struct seen {
    bool reached[4][5][4];
};

/* The ladder under test, so that a wrong one can be put in its place. */
typedef void (*ladder_fn)(const mu_picture *picture, const struct mu_said *said, const char *agency,
                          struct mu_told *out);

static bool shows(const struct mu_told *out, size_t rung)
{
    static const Muster__Rung of[] = {MUSTER__RUNG__RUNG_ON_MACHINE, MUSTER__RUNG__RUNG_OPENED,
                                      MUSTER__RUNG__RUNG_ACKNOWLEDGED, MUSTER__RUNG__RUNG_ACTING};

    return out->rung[of[rung]].reached;
}

static size_t differences(const struct seen *seen, ladder_fn look)
{
    struct mu_told out;
    size_t count = 0;

    for (uint32_t version = 1; version <= 3; version++)
        for (size_t a = 0; a < 5; a++) {
            look(s.picture, said("EV-01", version), agencies[a], &out);
            for (size_t rung = 0; rung < 4; rung++)
                count += shows(&out, rung) != seen->reached[version][a][rung];
        }
    return count;
}

static void random_acts(struct seen *seen, unsigned seed)
{
    uint64_t numbers[4] = {0};
    char words[128];

    memset(seen, 0, sizeof *seen);
    open_county();
    for (uint32_t version = 1; version <= 3; version++) {
        (void)snprintf(words, sizeof words,
                       "evacuation EV-01@v%u area=cn/99/01/21/201/201 population_kind=centralised"
                       " persons_planned=620 state=under_way",
                       version);
        story_says(&s, "14:03", "MO", words);
        numbers[version] = s.number;
    }
    srand(seed);
    for (int act = 0; act < 12; act++) {
        size_t a = (size_t)rand() % 5, rung = (size_t)rand() % 4;
        uint32_t version = 1 + (uint32_t)rand() % 3;

        if (rung == 0) {
            story_holds(&s, "14:05", agencies[a], numbers[version], "");
            for (uint32_t v = 1; v <= version; v++)
                seen->reached[v][a][0] = true;
            continue;
        }
        (void)snprintf(words, sizeof words, "acknowledgement of=EV-01@v%u rung=%s", version,
                       rungs[rung - 1]);
        story_says(&s, "14:06", agencies[a], words);
        seen->reached[version][a][rung] = true;
    }
}

/* The control: what is delivered is taken for known. */
static void delivered_is_acknowledged(const mu_picture *picture, const struct mu_said *of,
                                      const char *agency, struct mu_told *out)
{
    mu_told_of(picture, of, agency, out);
    out->rung[MUSTER__RUNG__RUNG_ACKNOWLEDGED].reached |=
        out->rung[MUSTER__RUNG__RUNG_ON_MACHINE].reached;
}

/* The control: an acknowledgement counts for every version. */
static void once_is_for_ever(const mu_picture *picture, const struct mu_said *of,
                             const char *agency, struct mu_told *out)
{
    struct mu_told first;

    mu_told_of(picture, of, agency, out);
    mu_told_of(picture, mu_object_version(of->object, 1), agency, &first);
    out->rung[MUSTER__RUNG__RUNG_ACKNOWLEDGED].reached |=
        first.rung[MUSTER__RUNG__RUNG_ACKNOWLEDGED].reached;
}

static void no_rung_that_did_not_happen(void **state)
{
    size_t wrong = 0, delivered = 0, for_ever = 0;
    struct seen seen;

    (void)state;
    for (unsigned seed = 1; seed <= 200; seed++) {
        random_acts(&seen, seed);
        wrong += differences(&seen, mu_told_of);
        delivered += differences(&seen, delivered_is_acknowledged);
        for_ever += differences(&seen, once_is_for_ever);
        story_close(&s);
    }
    assert_int_equal(wrong, 0);
    assert_true(delivered > 0);
    assert_true(for_ever > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_different_marks),
        cmocka_unit_test(a_receipt_covers_what_it_looked_at),
        cmocka_unit_test(version_one_says_nothing_of_version_two),
        cmocka_unit_test(by_telephone),
        cmocka_unit_test(as_of_a_time),
        cmocka_unit_test(who_there_is_to_be_told),
        cmocka_unit_test(no_rung_that_did_not_happen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
