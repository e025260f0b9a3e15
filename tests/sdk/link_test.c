/* The link: what is said arrives once and provably, whatever happens in between; and no spool that is
 * not alone gets a silent yes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>

#include <cmocka.h>

#include "agents/sdk/agent_inside.h"
#include "tests/help/events.h"
#include "tests/help/seat.h"

static struct help_broker *broker;
static struct help_seat em, other;

static int make(void **state)
{
    (void)state;
    broker = help_broker_open();
    help_seat_make(&em, broker);
    help_broker_enrol(broker, em.dir);
    help_seat_open(&em, false);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_broker_close(&broker);
    return 0;
}

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static bool is_away(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) != MU_LINK_OPEN;
}

static bool is_open(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

static bool is_refused(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_REFUSED;
}

static bool is_told_of_a_fork(void *user)
{
    return help_seat_was_told(user, MU_LINK_GREETING, MU_E_FORK);
}

static uint64_t recorded(const struct help_seat *seat)
{
    return help_broker_events_of(broker, mu_agent_self(seat->agent));
}

/* ---- the usual path -------------------------------------------------------------------------- */

static void what_is_said_is_accepted_and_proven(void **state)
{
    struct mu_kept kept = help_seat_say(&em, "levee wet", NULL);
    const struct mu_answer *answer;
    struct mu_head head;

    (void)state;
    help_until(settled, &em, broker, &em, NULL);
    answer = help_seat_answer(&em, &kept);
    assert_non_null(answer);
    assert_true(answer->settled);
    assert_int_equal(answer->code, MU_OK);
    assert_int_equal(answer->number, 3); /* genesis, enrolment, this */
    assert_int_equal(answer->sequence, 1);
    mu_agent_head(em.agent, &head);
    assert_int_equal(head.size, 3);
    assert_int_equal(recorded(&em), 1);
}

static void life_safety_goes_first(void **state)
{
    struct mu_kept routine, grave;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    routine = help_seat_say(&em, "road wet", NULL);
    grave = help_seat_say(&em, "people on roof", "severe");
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(grave.lane, MU_LANE_LIFE);
    assert_int_equal(routine.lane, MU_LANE_URGENT);
    assert_true(help_seat_answer(&em, &grave)->number < help_seat_answer(&em, &routine)->number);
}

static void bytes_on_their_way_are_bounded(void **state)
{
    char words[32];

    (void)state;
    broker->welcome_credit = 2000;
    help_until(is_open, &em, broker, &em, NULL);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(words, sizeof words, "gauge %u", i);
        help_seat_say(&em, words, NULL);
    }
    broker->mute = true;
    help_turns(50, broker, &em, NULL);
    assert_true(broker->submits > 0 && broker->submits < 8); /* about 350 bytes each */
    broker->mute = false;
    help_broker_restart(broker);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(recorded(&em), 40);
}

static void a_malformed_event_is_refused_before_it_is_kept(void **state)
{
    static const uint8_t junk[] = {0xff, 0xff};
    const struct mu_bytes body = {junk, sizeof junk};
    struct mu_fault fault;

    (void)state;
    assert_int_not_equal(mu_agent_say(em.agent, &body, 1, NULL, &fault), MU_OK);
    assert_int_equal(mu_err_class(fault.code), MU_CLASS_FINAL);
    assert_int_equal(mu_agent_unsettled(em.agent), 0);
}

static void nothing_is_said_before_the_log_is_known(void **state)
{
    static const uint8_t any[] = {0};
    const struct mu_bytes body = {any, sizeof any};
    const struct mu_agent_options reads = {.no_spool = true};
    mu_agent *agent;
    char dir[] = "/tmp/muster-link-XXXXXX", command[128];

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(mu_agent_create(dir, "WATER", "muster-test"), MU_OK);
    assert_int_equal(mu_agent_create(dir, "WATER", "muster-test"), MU_E_EXISTS);
    assert_int_equal(mu_agent_open(dir, NULL, NULL, &agent), MU_OK);
    assert_int_equal(mu_agent_say(agent, &body, 1, NULL, NULL), MU_E_NOT_ALLOWED);
    assert_int_equal(mu_agent_turn(agent, 0), MU_OK);
    mu_agent_close(&agent);
    assert_int_equal(mu_agent_open(em.dir, &reads, NULL, &agent), MU_OK); /* beside `em` */
    assert_int_equal(mu_agent_say(agent, &body, 1, NULL, NULL), MU_E_NOT_ALLOWED);
    mu_agent_close(&agent);
    assert_int_equal(mu_agent_open(em.dir, NULL, NULL, &agent), MU_E_IN_USE);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void a_directory_belongs_to_one_log(void **state)
{
    struct mu_hash another = broker->log;

    (void)state;
    another.b[0] ^= 1;
    assert_int_equal(
        mu_agent_point(em.dir, "tcp://127.0.0.1:1", &broker->log, broker->curve, &broker->log_key),
        MU_OK);
    assert_int_equal(
        mu_agent_point(em.dir, broker->endpoint, &another, broker->curve, &broker->log_key),
        MU_E_OTHER_LOG);
    assert_int_equal(
        mu_agent_point(em.dir, "pgm://eth0", &broker->log, broker->curve, &broker->log_key),
        MU_E_BAD_VALUE);
}

/* ---- thin links -------------------------------------------------------------------------------- */

static bool heard_grave(void *user)
{
    return help_seat_answer(&em, user) != NULL;
}

/* What was sent is not shown to have arrived: little more leaves; but life safety does, and at once. */
static void on_a_thin_link_life_safety_waits_for_little(void **state)
{
    struct mu_kept grave;
    size_t before;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    broker->deaf_to_pings = true;
    broker->mute = true;
    for (unsigned i = 0; i < 200; i++)
        help_seat_say(&em, "gauge, routine, and a little longer", NULL);
    help_turns(100, broker, &em, NULL);
    assert_true(broker->submit_bytes > 0 && broker->submit_bytes <= 4096);
    broker->mute = false;
    before = broker->submit_bytes;
    grave = help_seat_say(&em, "people on roof", "severe");
    help_until(heard_grave, &grave, broker, &em, NULL);
    assert_true(broker->submit_bytes - before < 4096);
    assert_int_equal(broker->hellos, 1); /* not by beginning anew */
    broker->deaf_to_pings = false;
    help_broker_restart(broker);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(recorded(&em), 201);
}

/* A batch larger than what may be on the way leaves in pieces, others between them, and arrives whole. */
static void a_large_batch_leaves_in_pieces(void **state)
{
    static uint8_t packed[600];
    static struct mu_bytes bodies[150];
    mu_arena arena = mu_arena_make(1u << 20);
    struct mu_bytes one = help_packed(
        HELP_EVENT(&arena, "field_report", "words=two hundred bytes of water levels"), &arena);

    (void)state;
    memcpy(packed, one.data, one.size);
    for (size_t i = 0; i < 150; i++)
        bodies[i] = (struct mu_bytes){packed, one.size};
    for (unsigned round = 0; round < 3; round++) {
        help_until(is_open, &em, broker, &em, NULL);
        em.agent->submit.pace.open = 1024;
        assert_int_equal(mu_agent_say(em.agent, bodies, 150, NULL, NULL), MU_OK);
        help_turns(1 + round * 2, broker, &em, NULL);
        help_seat_say(&em, "grave", "severe");
        if (round == 1) /* cut in the middle of a batch */
            help_broker_restart(broker);
        help_until(settled, &em, broker, &em, NULL);
    }
    assert_int_equal(recorded(&em), 453);
    mu_arena_free(&arena);
}

/* ---- cuts ------------------------------------------------------------------------------------ */

static void said_offline_it_waits_and_survives(void **state)
{
    struct mu_kept kept = help_seat_say(&em, "bridge out", "severe");

    (void)state;
    help_seat_close(&em);
    help_seat_open(&em, false);
    assert_int_equal(mu_agent_unsettled(em.agent), 1);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(help_seat_answer(&em, &kept)->code, MU_OK);
}

static bool heard_five(void *user)
{
    (void)user;
    return broker->submits >= 5;
}

/* The broker has it, the answer is lost: the same bytes again, the same number, and only once. */
static void a_lost_answer_is_given_again(void **state)
{
    struct mu_kept kept[5];

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    broker->mute = true;
    em.agent->submit.pace.open = 1u << 20; /* a link that has shown to be fast */
    for (unsigned i = 0; i < 5; i++)
        kept[i] = help_seat_say(&em, "gauge", NULL);
    help_until(heard_five, NULL, broker, &em, NULL);
    assert_int_equal(recorded(&em), 5);
    broker->mute = false;
    help_broker_restart(broker);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(recorded(&em), 5);
    assert_true(broker->submits >= 10);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(help_seat_answer(&em, &kept[i])->number, 3 + i);
}

static void a_broker_that_comes_and_goes_loses_nothing(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 6; round++) {
        for (unsigned i = 0; i < 20; i++)
            help_seat_say(&em, "gauge", i % 4 == 0 ? "severe" : NULL);
        help_turns(round * 3, broker, &em, NULL);
        help_broker_restart(broker);
    }
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(recorded(&em), 120);
}

/* ---- not now, not yours ---------------------------------------------------------------------- */

static void not_now_is_tried_again_and_keeps_its_order(void **state)
{
    struct mu_kept first, second;

    (void)state;
    broker->refuse = MU_E_BUSY;
    broker->refusals = 3;
    first = help_seat_say(&em, "one", NULL);
    second = help_seat_say(&em, "two", NULL);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(em.answers[0].code, MU_E_BUSY);
    assert_false(em.answers[0].settled);
    assert_int_equal(em.answers[0].number, 0);
    assert_true(help_seat_answer(&em, &first)->number < help_seat_answer(&em, &second)->number);
    assert_int_equal(recorded(&em), 2);
}

static void a_stranger_hears_so_and_gets_in_once_enrolled(void **state)
{
    struct mu_kept kept;

    (void)state;
    help_seat_make(&other, broker);
    broker->locked = true;
    help_seat_open(&other, false);
    kept = help_seat_say(&other, "hello", NULL);
    help_until(is_refused, &other, broker, &other, NULL);
    assert_true(help_seat_was_told(&other, MU_LINK_REFUSED, MU_E_STRANGER));
    broker->locked = false;
    help_broker_enrol(broker, other.dir);
    help_until(settled, &other, broker, &other, NULL);
    assert_int_equal(help_seat_answer(&other, &kept)->code, MU_OK);
    help_seat_remove(&other);
}

static void a_key_that_lost_its_standing_keeps_its_words(void **state)
{
    struct mu_kept kept;

    (void)state;
    broker->refuse = MU_E_RETIRED;
    broker->refusals = 1;
    kept = help_seat_say(&em, "one", NULL);
    help_until(is_refused, &em, broker, &em, NULL);
    assert_true(help_seat_was_told(&em, MU_LINK_REFUSED, MU_E_RETIRED));
    assert_int_equal(help_seat_answer(&em, &kept)->code, MU_E_RETIRED);
    assert_false(help_seat_answer(&em, &kept)->settled);
    assert_int_equal(mu_agent_unsettled(em.agent), 1);
}

/* ---- lies ------------------------------------------------------------------------------------ */

static void a_yes_that_does_not_verify_is_no_yes(void **state)
{
    static const enum help_lie lies[] = {HELP_LIE_PROOF, HELP_LIE_NUMBER, HELP_LIE_TIME,
                                         HELP_LIE_VERDICT, HELP_LIE_HEAD};

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct mu_kept kept;

        if (i > 0)
            assert_int_equal(make(state), 0);
        help_until(is_open, &em, broker, &em, NULL);
        broker->lie = lies[i];
        kept = help_seat_say(&em, "one", NULL);
        help_until(is_refused, &em, broker, &em, NULL);
        assert_true(help_seat_was_told(&em, MU_LINK_REFUSED, MU_E_PROOF));
        assert_null(help_seat_answer(&em, &kept));
        assert_int_equal(mu_agent_unsettled(em.agent), 1); /* kept, whatever was claimed */
        /* Once it tells the truth (a new process, which does not hold its grudge), it is taken. */
        help_seat_close(&em);
        broker->lie = HELP_HONEST;
        help_seat_open(&em, false);
        help_until(settled, &em, broker, &em, NULL);
        assert_int_equal(help_seat_answer(&em, &kept)->code, MU_OK);
        if (i + 1 < sizeof lies / sizeof lies[0])
            assert_int_equal(drop(state), 0);
    }
}

static void a_checkpoint_of_somebody_else_opens_nothing(void **state)
{
    (void)state;
    broker->lie = HELP_LIE_NOTE;
    help_until(is_refused, &em, broker, &em, NULL);
    assert_true(help_seat_was_told(&em, MU_LINK_REFUSED, MU_E_PROOF));
    assert_false(help_seat_was_told(&em, MU_LINK_OPEN, MU_OK));
}

static void a_broker_rolled_back_in_silence_is_found_out(void **state)
{
    (void)state;
    help_seat_say(&em, "one", NULL);
    help_until(settled, &em, broker, &em, NULL);
    help_seat_close(&em);
    help_broker_forget(broker, 1);
    help_seat_open(&em, false);
    help_until(is_refused, &em, broker, &em, NULL);
    assert_true(help_seat_was_told(&em, MU_LINK_REFUSED, MU_E_PROOF));
}

/* ---- not alone ------------------------------------------------------------------------------- */

static char copy[128];

static void take_copy(void)
{
    snprintf(copy, sizeof copy, "%.100s-copy", em.dir);
    help_seat_close(&em);
    help_copy(em.dir, copy);
    help_seat_open(&em, false);
}

static void restore_copy(void)
{
    help_seat_close(&em);
    help_copy(copy, em.dir);
    help_seat_open(&em, false);
}

static void remove_copy(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s", copy);
    assert_int_equal(system(command), 0);
}

static void a_rolled_back_spool_starts_a_new_instance(void **state)
{
    struct mu_kept before, lost, after;

    (void)state;
    before = help_seat_say(&em, "before", NULL);
    help_until(settled, &em, broker, &em, NULL);
    take_copy();
    lost = help_seat_say(&em, "after the copy", NULL);
    help_until(settled, &em, broker, &em, NULL);
    restore_copy();
    help_until(is_told_of_a_fork, &em, broker, &em, NULL); /* in plain sight, before any word */
    after = help_seat_say(&em, "restored", NULL);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(before.instance, lost.instance);
    assert_int_equal(recorded(&em), 3);
    if (em.moved_count > 0)
        after = em.now[em.moved_count - 1];
    assert_true(after.instance != before.instance);
    assert_int_equal(after.sequence, 1);
    assert_int_equal(help_seat_answer(&em, &after)->code, MU_OK);
    remove_copy();
}

/* Restored and spoken into before anybody is asked: sequence 2 stands for two things. */
static void what_a_rolled_back_spool_said_offline_moves(void **state)
{
    struct mu_kept restored;

    (void)state;
    help_seat_say(&em, "before", NULL);
    help_until(settled, &em, broker, &em, NULL);
    take_copy();
    help_seat_say(&em, "after the copy", NULL);
    help_until(settled, &em, broker, &em, NULL);
    restore_copy();
    restored = help_seat_say(&em, "something else", NULL);
    assert_int_equal(restored.sequence, 2);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(em.moved_count, 1);
    assert_true(mu_hash_equal(&em.was[0].leaf, &restored.leaf));
    assert_int_equal(em.now[0].sequence, 1);
    assert_null(help_seat_answer(&em, &restored)); /* nobody took that identity's yes */
    assert_int_equal(help_seat_answer(&em, &em.now[0])->code, MU_OK);
    assert_int_equal(recorded(&em), 3);
    remove_copy();
}

/* What waited when the copy was made had landed since: it is not said twice. */
static void what_had_landed_is_not_said_again(void **state)
{
    struct mu_kept waited, later;

    (void)state;
    waited = help_seat_say(&em, "waited", NULL);
    take_copy(); /* kept, not sent */
    help_until(settled, &em, broker, &em, NULL);
    help_seat_say(&em, "and one more", NULL);
    help_until(settled, &em, broker, &em, NULL);
    restore_copy();
    em.answer_count = 0;
    later = help_seat_say(&em, "restored", NULL);
    assert_int_equal(later.sequence, 2);
    help_until(settled, &em, broker, &em, NULL);
    assert_int_equal(help_seat_answer(&em, &waited)->number, 3);
    assert_int_equal(em.moved_count, 1); /* only the new one had to move */
    assert_int_equal(recorded(&em), 3);
    remove_copy();
}

static void of_two_clones_neither_gets_the_other_s_yes(void **state)
{
    struct mu_kept mine, theirs;

    (void)state;
    help_seat_say(&em, "before", NULL);
    help_until(settled, &em, broker, &em, NULL);
    take_copy();
    memset(&other, 0, sizeof other);
    snprintf(other.dir, sizeof other.dir, "%s", copy);
    help_seat_open(&other, false);
    help_until(is_open, &em, broker, &em, &other, NULL);
    help_until(is_open, &other, broker, &em, &other, NULL);
    mine = help_seat_say(&em, "I say this", NULL);
    theirs = help_seat_say(&other, "I say that", NULL);
    assert_int_equal(mine.sequence, theirs.sequence);
    assert_int_equal(mine.instance, theirs.instance);
    help_until(settled, &em, broker, &em, &other, NULL);
    help_until(settled, &other, broker, &em, &other, NULL);
    assert_int_equal(recorded(&em), 3); /* both were said, each under its own name */
    assert_int_equal(em.moved_count + other.moved_count, 1);
    /* Whoever stayed finds the instance fenced with its next word, and leaves it too. */
    help_seat_say(&em, "I again", NULL);
    help_seat_say(&other, "me too", NULL);
    help_until(settled, &em, broker, &em, &other, NULL);
    help_until(settled, &other, broker, &em, &other, NULL);
    assert_int_equal(recorded(&em), 5);
    assert_int_equal(em.moved_count + other.moved_count, 2);
    assert_true(help_seat_was_told(&em, MU_LINK_GREETING, MU_E_FORK));
    assert_true(help_seat_was_told(&other, MU_LINK_GREETING, MU_E_FORK));
    help_seat_remove(&other);
}

static void a_lost_spool_is_a_new_instance(void **state)
{
    struct mu_kept before, after;
    char command[160];

    (void)state;
    before = help_seat_say(&em, "before", NULL);
    help_until(settled, &em, broker, &em, NULL);
    help_seat_close(&em);
    snprintf(command, sizeof command, "rm -rf %s/spool", em.dir);
    assert_int_equal(system(command), 0);
    help_seat_open(&em, false);
    after = help_seat_say(&em, "after", NULL);
    help_until(settled, &em, broker, &em, NULL);
    assert_true(after.instance != before.instance);
    assert_int_equal(after.sequence, 1);
    assert_int_equal(recorded(&em), 2);
}

/* ---- clock and idle -------------------------------------------------------------------------- */

static bool all_idle(void *user)
{
    return mu_agent_all_idle(em.agent) == *(uint64_t *)user;
}

static bool clock_moved(void *user)
{
    return mu_agent_log_now_ms(em.agent) == *(int64_t *)user;
}

static void idle_is_told_only_when_nothing_waits(void **state)
{
    uint64_t two = 2, three = 3;
    int64_t later;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    mu_agent_idle(em.agent, two);
    help_until(all_idle, &two, broker, &em, NULL);
    broker->mute = true;
    help_seat_say(&em, "one", NULL);
    mu_agent_idle(em.agent, three);
    help_turns(50, broker, &em, NULL);
    assert_int_equal(broker->peer[0].idle_through == 3, 0); /* something is still on its way */
    broker->mute = false;
    help_broker_restart(broker);
    help_until(all_idle, &three, broker, &em, NULL);
    later = mu_agent_log_now_ms(em.agent) + 60000;
    mu_agent_clock(em.agent, later);
    help_until(clock_moved, &later, broker, &em, NULL);
    assert_int_equal(broker->clock_wanted, later);
}

/* An exercise in steps waits for nothing else: a wish that was lost would be waited for without end. */
static void a_clock_asked_of_a_broker_that_dies_is_asked_again(void **state)
{
    int64_t later;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    later = mu_agent_log_now_ms(em.agent) + 60000;
    mu_agent_clock(em.agent, later);
    help_turns(50, NULL, &em, NULL); /* it is on its way, and nobody takes it in */
    assert_int_equal(broker->clocks, 0);
    help_broker_restart(broker);
    help_until(clock_moved, &later, broker, &em, NULL);
    assert_int_equal(broker->clocks, 1);
}

/* The other half: it moved, and died before it said so. Once more would be a step too far. */
static void a_clock_that_went_on_is_not_asked_again(void **state)
{
    int64_t later;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    later = mu_agent_log_now_ms(em.agent) + 60000;
    broker->mute = true;
    mu_agent_clock(em.agent, later);
    help_turns(50, broker, &em, NULL);
    assert_int_equal(broker->clocks, 1);
    broker->mute = false;
    help_broker_restart(broker);
    help_until(clock_moved, &later, broker, &em, NULL);
    help_turns(50, broker, &em, NULL);
    assert_int_equal(broker->clocks, 1);
}

/* A broker that is back knows nobody: what it tells before it has heard us again is not of all. */
static void idle_is_not_known_of_a_broker_that_came_back(void **state)
{
    uint64_t two = 2;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    mu_agent_idle(em.agent, two);
    help_until(all_idle, &two, broker, &em, NULL);
    help_broker_restart(broker);
    help_until(is_away, &em, broker, &em, NULL);
    help_until(is_open, &em, broker, &em, NULL);
    assert_int_equal(em.agent->all_idle, 0);
    help_until(all_idle, &two, broker, &em, NULL);
    mu_agent_idle(em.agent, 3);
    assert_int_equal(em.agent->all_idle, 0);
}

/* An answer on its way when we became busy knows nothing of it, also when we are at rest again where we were:
 * an exercise in steps went on while programs were still at work. */
static void an_old_answer_tells_nobody_idle(void **state)
{
    uint64_t two = 2;
    unsigned before;
    int64_t echo;

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    mu_agent_idle(em.agent, two);
    help_until(all_idle, &two, broker, &em, NULL);
    before = broker->pings;
    echo = em.agent->times.echo;
    while (em.agent->times.echo == echo) {
        (void)mu_agent_all_idle(em.agent); /* asks */
        help_turns(1, NULL, &em, NULL);
    }
    mu_agent_idle(em.agent, 0);
    mu_agent_idle(em.agent, two);
    while (broker->pings == before)
        help_broker_turn(broker, 0);
    broker->deaf_to_pings = true;
    help_turns(50, broker, &em, NULL);
    assert_int_equal(em.agent->all_idle, 0);
    broker->deaf_to_pings = false;
    help_until(all_idle, &two, broker, &em, NULL);
}

static enum mu_err take_long(void *user, enum mu_link link, enum mu_err why)
{
    mu_agent **agent = user;

    (void)why;
    if (link != MU_LINK_OPEN)
        return MU_OK;
    (*agent)->times.ping_at -= 5000; /* as long as this took */
    return MU_E_LIMIT;
}

/* A program that was busy for seconds and ends its turn finds its descriptor ready, and is not ended. */
static void a_turn_that_took_long_wakes_at_once(void **state)
{
    const struct mu_agent_options options = {.no_spool = true};
    mu_agent *slow = NULL;
    const struct mu_agent_calls calls = {.on_link = take_long, .user = &slow};
    enum mu_err err = MU_OK;

    (void)state;
    assert_int_equal(mu_agent_open(em.dir, &options, &calls, &slow), MU_OK);
    for (unsigned i = 0; i < 10000 && err == MU_OK; i++) {
        err = mu_agent_turn(slow, 1);
        help_broker_turn(broker, 0);
    }
    assert_int_equal(err, MU_E_LIMIT);
    assert_int_equal(poll(&(struct pollfd){.fd = mu_agent_fd(slow), .events = POLLIN}, 1, 1000), 1);
    mu_agent_close(&slow);
}

/* For programs with a loop of their own: the descriptor wakes them, and only turn(0) is ever called. */
static void a_loop_of_one_s_own_needs_only_the_descriptor(void **state)
{
    unsigned turns = 0;
    struct pollfd fd = {.fd = mu_agent_fd(em.agent), .events = POLLIN};

    (void)state;
    help_until(is_open, &em, broker, &em, NULL);
    for (unsigned i = 0; i < 300; i++)
        help_seat_say(&em, "gauge", NULL);
    while (mu_agent_unsettled(em.agent) > 0) {
        help_broker_turn(broker, 0);
        if (poll(&fd, 1, 1) == 1) {
            assert_int_equal(mu_agent_turn(em.agent, 0), MU_OK);
            turns++;
        }
        assert_true(turns < 20000);
    }
    assert_int_equal(recorded(&em), 300);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(what_is_said_is_accepted_and_proven),
        STORY(life_safety_goes_first),
        STORY(bytes_on_their_way_are_bounded),
        STORY(a_malformed_event_is_refused_before_it_is_kept),
        STORY(nothing_is_said_before_the_log_is_known),
        STORY(a_directory_belongs_to_one_log),
        STORY(on_a_thin_link_life_safety_waits_for_little),
        STORY(a_large_batch_leaves_in_pieces),
        STORY(said_offline_it_waits_and_survives),
        STORY(a_lost_answer_is_given_again),
        STORY(a_broker_that_comes_and_goes_loses_nothing),
        STORY(not_now_is_tried_again_and_keeps_its_order),
        STORY(a_stranger_hears_so_and_gets_in_once_enrolled),
        STORY(a_key_that_lost_its_standing_keeps_its_words),
        STORY(a_yes_that_does_not_verify_is_no_yes),
        STORY(a_checkpoint_of_somebody_else_opens_nothing),
        STORY(a_broker_rolled_back_in_silence_is_found_out),
        STORY(a_rolled_back_spool_starts_a_new_instance),
        STORY(what_a_rolled_back_spool_said_offline_moves),
        STORY(what_had_landed_is_not_said_again),
        STORY(of_two_clones_neither_gets_the_other_s_yes),
        STORY(a_lost_spool_is_a_new_instance),
        STORY(idle_is_told_only_when_nothing_waits),
        STORY(a_clock_asked_of_a_broker_that_dies_is_asked_again),
        STORY(a_clock_that_went_on_is_not_asked_again),
        STORY(idle_is_not_known_of_a_broker_that_came_back),
        STORY(an_old_answer_tells_nobody_idle),
        STORY(a_turn_that_took_long_wakes_at_once),
        STORY(a_loop_of_one_s_own_needs_only_the_descriptor),
    };

    return cmocka_run_group_tests_name("link", stories, NULL, NULL);
}
