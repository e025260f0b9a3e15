/* Receipts at the desk: whose are taken, what of them comes into the record and when, and what exposes
 * another face of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/authority/witness.h"
#include "proto/sign/digest.h"
#include "tests/help/keys.h"
#include "tests/help/stage.h"

#define CA 40
#define WR 41
#define SECOND_MS 1000

struct town {
    struct stage *s;
    struct stage_speaker ca, wr; /* CA's desk; WR's machine that is none */
};

static void open_town(struct town *t)
{
    t->s = stage_open(NULL, NULL);
    (void)stage_say(t->s, &t->s->admin, MU_LANE_ROUTINE,
                    founded_desk(&t->s->county, CA, "CA", "relief_supply"));
    (void)stage_say(t->s, &t->s->admin, MU_LANE_ROUTINE,
                    founded_enrolment(&t->s->county, WR, "WR", "water", NULL));
    stage_speaker_open(t->s, &t->ca, CA);
    stage_speaker_open(t->s, &t->wr, WR);
}

static void close_town(struct town *t)
{
    stage_speaker_close(&t->ca);
    stage_speaker_close(&t->wr);
    stage_close(&t->s);
}

/* What the speaker would state of the record as it is now. */
static struct mu_receipt a_receipt(const struct town *t, const struct stage_speaker *speaker)
{
    struct mu_receipt r = {.agent = speaker->seat.agent,
                           .log = t->s->county.id,
                           .instance = 7,
                           .stated_at_ms = t->s->time.log_ms};

    (void)mu_desk_note(t->s->desk, &r.head);
    for (size_t lane = 0; lane < MU_LANES; lane++)
        r.through[lane] = r.head.size;
    r.delivered.count = r.head.size;
    mu_sha256("whatever", 8, &r.delivered.running);
    mu_sha256("", 0, &r.filter);
    return r;
}

static void write_receipt(const struct mu_receipt *r, uint8_t bytes[MU_RECEIPT_BYTES])
{
    struct mu_writer w = mu_writer(bytes, MU_RECEIPT_BYTES);

    mu_receipt_write(&w, r);
    assert_true(mu_writer_ok(&w));
}

static enum mu_err state_of(struct town *t, struct stage_speaker *speaker, struct mu_receipt *r,
                            uint8_t seed, const char *filter)
{
    uint8_t bytes[MU_RECEIPT_BYTES];
    mu_key *key = help_key(seed);

    assert_int_equal(mu_receipt_sign(r, key), MU_OK);
    mu_key_close(&key);
    write_receipt(r, bytes);
    return mu_desk_receipt(t->s->desk, &speaker->seat, t->s->time.log_ms,
                           &(struct mu_receipt_frame){{bytes, sizeof bytes},
                                                      {(const uint8_t *)filter, strlen(filter)}});
}

static enum mu_err state_signed(struct town *t, struct stage_speaker *speaker, struct mu_receipt *r,
                                uint8_t seed)
{
    return state_of(t, speaker, r, seed, "");
}

static enum mu_err state(struct town *t, struct stage_speaker *speaker)
{
    struct mu_receipt r = a_receipt(t, speaker);

    return state_signed(t, speaker, &r, speaker->seed);
}

static void say_something(struct town *t)
{
    static unsigned n;

    assert_int_equal(
        stage_say(t->s, &t->s->em, MU_LANE_URGENT, founded_report(&t->s->county, ++n))->type,
        MU_FRAME_ACCEPTED);
}

/* The clock goes on; true when a sheet was written first, at the time it left. */
static bool step(struct town *t, int64_t ms)
{
    uint64_t head = stage_head(t->s);
    int64_t left_ms = t->s->time.log_ms;
    struct mu_entry entry;

    stage_begin(t->s);
    t->s->time.log_ms += ms;
    assert_int_equal(mu_desk_step(t->s->desk, t->s->time.log_ms), MU_OK);
    stage_end(t->s);
    if (stage_head(t->s) == head)
        return false;
    assert_int_equal(stage_head(t->s), head + 1);
    entry = stage_entry(t->s, head + 1);
    assert_int_equal(entry.event->body_case, MUSTER__EVENT__BODY_RECEIPT_SHEET);
    assert_int_equal(entry.accepted_at_ms, left_ms);
    return true;
}

static void a_clock_in_steps_goes_on_after_the_sheet(void **state_)
{
    struct town t;
    struct mu_entry entry;
    const Muster__Receipt *said;
    struct mu_receipt stated, read;
    uint8_t in_sheet[MU_RECEIPT_BYTES], as_stated[MU_RECEIPT_BYTES];

    (void)state_;
    open_town(&t);
    say_something(&t);
    stated = a_receipt(&t, &t.ca);
    assert_int_equal(state_signed(&t, &t.ca, &stated, CA), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    entry = stage_entry(t.s, stage_head(t.s));
    assert_int_equal(entry.event->receipt_sheet->n_receipts, 1);
    said = entry.event->receipt_sheet->receipts[0];
    assert_string_equal(said->agency, "CA");
    assert_int_equal(mu_receipt_of_desk(mu_desk_roster(t.s->desk), said, &read), MU_OK);
    write_receipt(&read, in_sheet);
    write_receipt(&stated, as_stated);
    assert_memory_equal(in_sheet, as_stated, sizeof in_sheet);
    assert_false(step(&t, 60 * SECOND_MS)); /* said once is said */
    close_town(&t);
}

/* Ten seconds between sheets; what is said meanwhile waits, and only the newest of it. */
static void a_sheet_every_ten_seconds_holds_the_newest(void **state_)
{
    struct town t;
    struct mu_entry entry;
    uint64_t through;

    (void)state_;
    open_town(&t);
    say_something(&t);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_true(step(&t, 4 * SECOND_MS));
    say_something(&t);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_false(step(&t, 3 * SECOND_MS));
    say_something(&t);
    through = stage_head(t.s);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_false(step(&t, 3 * SECOND_MS));
    assert_true(step(&t, 60 * SECOND_MS));
    entry = stage_entry(t.s, stage_head(t.s));
    assert_int_equal(entry.event->receipt_sheet->n_receipts, 1);
    assert_int_equal(entry.event->receipt_sheet->receipts[0]->through[0]->through, through);
    close_town(&t);
}

/* What the newest sheet holds of CA: when each was stated, in its order. */
static size_t stated_in_sheet(const struct town *t, int64_t *stated_at_ms, size_t room)
{
    struct mu_entry entry = stage_entry(t->s, stage_head(t->s));
    const Muster__ReceiptSheet *sheet = entry.event->receipt_sheet;

    assert_true(sheet->n_receipts <= room);
    for (size_t i = 0; i < sheet->n_receipts; i++)
        stated_at_ms[i] = sheet->receipts[i]->stated_at_ms;
    return sheet->n_receipts;
}

/* Kept while nobody heard, said on return together with the newest: each has its own time in the record. */
static void what_was_stated_long_ago_is_recorded_beside_the_newest(void **state_)
{
    struct town t;
    struct mu_receipt late;
    int64_t at_ms[4], now_ms;

    (void)state_;
    open_town(&t);
    say_something(&t);
    late = a_receipt(&t, &t.ca);
    assert_false(step(&t, 10 * SECOND_MS));
    say_something(&t);
    now_ms = t.s->time.log_ms;
    assert_int_equal(state_signed(&t, &t.ca, &late, CA), MU_OK);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    assert_int_equal(stated_in_sheet(&t, at_ms, 4), 2);
    assert_int_equal(at_ms[0], now_ms - 10 * SECOND_MS);
    assert_int_equal(at_ms[1], now_ms);
    assert_int_equal(state_signed(&t, &t.ca, &late, CA), MU_OK);
    assert_false(step(&t, 60 * SECOND_MS)); /* said once is said */
    close_town(&t);
}

/* Whoever says many old ones gets no sheets full of them: the oldest stays, the newest stays. */
static void of_many_old_ones_the_oldest_waits(void **state_)
{
    struct town t;
    struct mu_receipt old[5];
    int64_t at_ms[8], first_ms;

    (void)state_;
    open_town(&t);
    first_ms = t.s->time.log_ms;
    for (size_t i = 0; i < 5; i++) {
        say_something(&t);
        old[i] = a_receipt(&t, &t.ca);
        assert_false(step(&t, 20 * SECOND_MS));
    }
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(state_signed(&t, &t.ca, &old[i], CA), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    assert_int_equal(stated_in_sheet(&t, at_ms, 8), 2);
    assert_int_equal(at_ms[0], first_ms);
    assert_int_equal(at_ms[1], first_ms + 4 * 20 * SECOND_MS);
    close_town(&t);
}

/* A desk that now follows something else states nothing of what it followed before. */
static void another_filter_does_not_stand_for_the_one_before(void **state_)
{
    struct town t;
    struct mu_receipt of_all, of_some;
    int64_t at_ms[4];

    (void)state_;
    open_town(&t);
    say_something(&t);
    of_all = a_receipt(&t, &t.ca);
    of_some = a_receipt(&t, &t.ca);
    mu_sha256("type=evacuation", 15, &of_some.filter);
    of_some.delivered.count = 1;
    assert_int_equal(state_signed(&t, &t.ca, &of_all, CA), MU_OK);
    assert_int_equal(state_of(&t, &t.ca, &of_some, CA, "type=evacuation"), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    assert_int_equal(stated_in_sheet(&t, at_ms, 4), 2);
    close_town(&t);
}

static void who_is_no_desk_witnesses_nothing(void **state_)
{
    struct town t;

    (void)state_;
    open_town(&t);
    say_something(&t);
    assert_int_equal(state(&t, &t.wr), MU_OK); /* heard and forgotten */
    assert_false(step(&t, 60 * SECOND_MS));
    close_town(&t);
}

static void another_mans_receipt_ends_the_session(void **state_)
{
    struct town t;
    struct mu_receipt r;

    (void)state_;
    open_town(&t);
    say_something(&t);
    r = a_receipt(&t, &t.ca);
    assert_int_equal(state_signed(&t, &t.wr, &r, CA), MU_E_WRONG_AGENT);
    assert_int_equal(state_signed(&t, &t.ca, &r, WR), MU_E_BAD_SEAL);
    r = a_receipt(&t, &t.ca);
    r.log.b[0] ^= 1;
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_E_OTHER_LOG);
    r = a_receipt(&t, &t.ca);
    r.filter.b[0] ^= 1;
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_E_BAD_FRAME);
    assert_false(step(&t, 60 * SECOND_MS));
    close_town(&t);
}

static void another_root_is_another_face_and_is_told(void **state_)
{
    struct town t;
    struct mu_receipt r;

    (void)state_;
    open_town(&t);
    say_something(&t);
    r = a_receipt(&t, &t.ca);
    r.head.root.b[31] ^= 1;
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_OK);
    assert_int_equal(t.s->alarms, 1);
    assert_int_equal(t.s->alarm, MU_E_SPLIT);
    t.s->time.machine_ms += 120 * SECOND_MS;
    r = a_receipt(&t, &t.ca);
    r.head.size += 5; /* more than there is */
    stage_begin(t.s);
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_OK);
    stage_end(t.s);
    assert_int_equal(t.s->alarms, 2);
    assert_false(step(&t, 60 * SECOND_MS));
    close_town(&t);
}

/* An old size: its root is read from the tree, and fits. Heads of before a restart too. */
static void an_older_checkpoint_is_held_against_the_tree(void **state_)
{
    struct town t;
    struct mu_receipt old;

    (void)state_;
    open_town(&t);
    say_something(&t);
    old = a_receipt(&t, &t.ca);
    for (unsigned i = 0; i < 300; i++) /* past what is kept in memory */
        say_something(&t);
    assert_int_equal(state_signed(&t, &t.ca, &old, CA), MU_OK);
    assert_int_equal(t.s->alarms, 0);
    assert_true(step(&t, 60 * SECOND_MS));
    stage_restart(t.s, NULL);
    old.head.root.b[0] ^= 1;
    assert_int_equal(state_signed(&t, &t.ca, &old, CA), MU_OK);
    assert_int_equal(t.s->alarms, 1);
    close_town(&t);
}

/* After a start nothing is in memory; the record knows how far that desk had looked. */
static void a_restart_takes_no_old_receipt_for_news(void **state_)
{
    struct town t;
    struct mu_receipt r;

    (void)state_;
    open_town(&t);
    say_something(&t);
    r = a_receipt(&t, &t.ca);
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    stage_restart(t.s, NULL);
    assert_int_equal(state_signed(&t, &t.ca, &r, CA), MU_OK); /* said again after WELCOME */
    assert_false(step(&t, 60 * SECOND_MS));
    say_something(&t);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    close_town(&t);
}

/* An entry whose author had verified another record is recorded all the same: facts are not judged for
 * being welcome. */
static void an_entry_that_saw_another_face_is_recorded_and_told(void **state_)
{
    struct town t;
    struct stage_answer *a;

    (void)state_;
    open_town(&t);
    say_something(&t);
    (void)mu_desk_note(t.s->desk, &t.s->em.lane[MU_LANE_URGENT].seal.seen);
    say_something(&t);
    assert_int_equal(t.s->alarms, 0);
    t.s->em.lane[MU_LANE_URGENT].seal.seen.root.b[0] ^= 1;
    a = stage_say(t.s, &t.s->em, MU_LANE_URGENT, founded_report(&t.s->county, 9));
    assert_int_equal(a->type, MU_FRAME_ACCEPTED);
    assert_int_equal(a->accepted.refusals, 0);
    assert_int_equal(t.s->alarms, 1);
    assert_int_equal(t.s->alarm, MU_E_SPLIT);
    close_town(&t);
}

static void what_waits_is_written_before_an_orderly_end(void **state_)
{
    struct town t;
    uint64_t head;

    (void)state_;
    open_town(&t);
    say_something(&t);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    head = stage_head(t.s);
    assert_int_equal(mu_desk_last_sheet(t.s->desk, &t.s->time), MU_OK);
    assert_int_equal(stage_head(t.s), head + 1);
    assert_int_equal(mu_desk_last_sheet(t.s->desk, &t.s->time), MU_OK);
    assert_int_equal(stage_head(t.s), head + 1);
    close_town(&t);
}

/* A sheet alone leaves no checkpoint row; the next turn of somebody else's does. */
static void a_sheet_leaves_no_checkpoint_of_its_own(void **state_)
{
    struct town t;
    char note[MU_NOTE_BYTES_MAX];
    uint64_t size, sheet;

    (void)state_;
    open_town(&t);
    say_something(&t);
    assert_int_equal(state(&t, &t.ca), MU_OK);
    assert_true(step(&t, 60 * SECOND_MS));
    sheet = stage_head(t.s);
    say_something(&t);
    assert_int_equal(mu_log_last_checkpoint(t.s->county.log, note, &size), MU_OK);
    assert_int_equal(size, sheet - 1);
    say_something(&t);
    assert_int_equal(mu_log_last_checkpoint(t.s->county.log, note, &size), MU_OK);
    assert_int_equal(size, sheet + 1);
    close_town(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_in_steps_goes_on_after_the_sheet),
        cmocka_unit_test(a_sheet_every_ten_seconds_holds_the_newest),
        cmocka_unit_test(what_was_stated_long_ago_is_recorded_beside_the_newest),
        cmocka_unit_test(of_many_old_ones_the_oldest_waits),
        cmocka_unit_test(another_filter_does_not_stand_for_the_one_before),
        cmocka_unit_test(who_is_no_desk_witnesses_nothing),
        cmocka_unit_test(another_mans_receipt_ends_the_session),
        cmocka_unit_test(another_root_is_another_face_and_is_told),
        cmocka_unit_test(an_older_checkpoint_is_held_against_the_tree),
        cmocka_unit_test(a_restart_takes_no_old_receipt_for_news),
        cmocka_unit_test(an_entry_that_saw_another_face_is_recorded_and_told),
        cmocka_unit_test(what_waits_is_written_before_an_orderly_end),
        cmocka_unit_test(a_sheet_leaves_no_checkpoint_of_its_own),
    };

    return cmocka_run_group_tests_name("desk/receipt", tests, NULL, NULL);
}
