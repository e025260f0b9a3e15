/* A record restored from a backup: says so, gets back what it lost, and nobody is told anything twice.
 * Real musterd, real spools; what a follower saw before is forgotten, not shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/ruin.h"

static void what_was_said_after_the_backup_comes_back(void **state)
{
    uint64_t at_backup;

    (void)state;
    ruin_say(50);
    ruin_back_up("fifty");
    at_backup = ruin.reader.head;
    ruin_say(50);
    ruin_burn();
    ruin_restore("fifty");
    served_start(&ruin.county);
    ruin.epoch = 2;
    ruin_until_at_rest();
    assert_int_equal(ruin.reader.epochs, 1);
    assert_int_equal(ruin.reader.common, at_backup);
    ruin_check_order(false);
    ruin_check_said(0, 0);
    ruin_check_answers(&ruin.em);
    ruin_check_answers(&ruin.water);
    ruin_verify(0);
    ruin_read_anew();
    ruin_check_order(false);
    ruin_check_said(0, 0);
    ruin_verify(0);
    ruin_say(10); /* and life goes on, each in his old instance */
    ruin_check_order(false);
    ruin_check_said(0, 0);
    assert_int_equal(ruin.em.moved_count, 0);
    assert_int_equal(ruin.reader.epochs, 1);
}

/* The mark of a later backup lets agents forget what an older one does not hold. */
static void forget_through_a_backup(const char *name)
{
    ruin_back_up(name);
    served_kill(&ruin.county);
    served_start(&ruin.county);
    help_turns(20, NULL, &ruin.admin, &ruin.em, &ruin.water, &ruin.reader,
               NULL); /* WELCOME brings the mark */
    ruin_until_at_rest();
    ruin_say(4); /* written with the answers: what may be forgotten goes */
    ruin_until_at_rest();
    help_seat_close(&ruin.em); /* what was settled is written when it closes */
    help_seat_close(&ruin.water);
    help_seat_open(&ruin.em, false);
    help_seat_open(&ruin.water, false);
    ruin_until_at_rest();
}

static void what_nobody_kept_is_lost_and_named(void **state)
{
    char lost[128];
    uint64_t first, last;

    (void)state;
    ruin_say(20);
    ruin_back_up("old");
    first = ruin.reader.head + 1;
    ruin_say(20);
    last = ruin.reader.head;
    forget_through_a_backup("new");
    ruin_say(10);
    ruin_burn();
    ruin_restore("old"); /* the new one is gone as well */
    served_start(&ruin.county);
    ruin.epoch = 2;
    ruin_until_at_rest();
    ruin_check_said(21, 40);
    ruin_check_order(true);
    ruin_check_answers(&ruin.em);
    snprintf(lost, sizeof lost, "\"lost\":[{\"first\":\"%llu\",\"last\":\"%llu\"}]",
             (unsigned long long)first, (unsigned long long)last);
    ruin_verify_says(lost);
    ruin_say(5); /* the chain goes on where it was, over the gap */
    ruin_check_said(21, 40);
    assert_int_equal(ruin.em.moved_count, 0);
    ruin_verify(0);
}

static void who_has_nothing_left_begins_anew(void **state)
{
    static struct help_seat late;
    static char role[] = "transport";
    size_t kept;

    (void)state;
    ruin_say(20);
    ruin_back_up("old");
    ruin_say(19);
    ruin_back_up("newest");
    ruin_enrol(&late, "TRANSPORT",
               role); /* the record goes on: what the next WELCOME says is news, */
    served_kill(&ruin.county);
    served_start(&ruin.county);
    help_turns(20, NULL, &ruin.admin, &ruin.em, &ruin.water, &ruin.reader, NULL);
    ruin_until_at_rest();
    help_seat_close(&ruin.em); /* ... and with it goes what may be forgotten */
    help_seat_close(&ruin.water);
    help_seat_open(&ruin.em, false);
    help_seat_open(&ruin.water, false);
    ruin_until_at_rest();
    ruin_burn();
    ruin_restore("old");
    served_start(&ruin.county);
    ruin.epoch = 2;
    ruin_until_at_rest();
    kept = ruin.said_count;
    ruin_check_said(21, kept);
    ruin_say(6); /* the chains end in nothing: they begin anew, in plain sight */
    ruin_check_said(21, kept);
    for (size_t i = kept; i < ruin.said_count; i++) {
        assert_true(ruin.said[i].instance != ruin.said[i % 2].instance);
        assert_int_equal(ruin_times_read(&ruin.said[i].leaf), 1);
    }
    ruin_verify(0);
    help_seat_remove(&late);
}

static void restored_again_before_all_was_back(void **state)
{
    (void)state;
    ruin_say(20);
    ruin_back_up("twenty");
    ruin_say(30);
    ruin_burn();
    ruin_restore("twenty");
    served_start(&ruin.county);
    ruin.epoch = 2;
    help_until(ruin_knows_epoch, &ruin.em, NULL, &ruin.em,
               NULL); /* and has given back some of it, perhaps */
    ruin_burn();
    ruin_restore("twenty");
    served_start(&ruin.county);
    ruin.epoch = 3;
    ruin_until_at_rest();
    ruin_check_said(0, 0);
    ruin_check_order(false);
    ruin_verify(0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, ruin_make, ruin_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(what_was_said_after_the_backup_comes_back),
        STORY(what_nobody_kept_is_lost_and_named),
        STORY(who_has_nothing_left_begins_anew),
        STORY(restored_again_before_all_was_back),
    };

    cmocka_set_test_filter(getenv("MUSTER_STORY")); /* one of them: a pattern */
    return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
