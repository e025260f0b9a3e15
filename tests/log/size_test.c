/* What an event costs on disk, everything included: the page arithmetic of docs/LOG-FORMAT.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/help/record.h"

/* Bytes on disk per event of 400 bytes, after `turns` turns of one batch each, with checkpoint a turn;
 * blocks, not the length of the file, which has an empty margin. */
static double bytes_per_event(size_t batch, size_t turns)
{
    static const uint8_t note[256] = "a checkpoint takes about this much";
    struct help_record record;
    struct mu_head head;
    struct stat is;
    char path[256];

    help_record_make(&record, NULL);
    record.author.body_bytes = 400;
    for (size_t turn = 0; turn < turns; turn++) {
        assert_int_equal(help_record_turn(&record, batch), MU_OK);
        mu_log_head(record.log, &head);
        assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
        assert_int_equal(
            mu_log_turn_checkpoint(record.log, head.size, (struct mu_bytes){note, sizeof note}),
            MU_OK);
        assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    }
    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    assert_int_equal(stat(path, &is), 0);
    help_record_remove(&record);
    printf("# batches of %zu: %.0f bytes per event\n", batch,
           (double)is.st_blocks * 512 / (double)(batch * turns));
    return (double)is.st_blocks * 512 / (double)(batch * turns);
}

static void an_event_in_a_batch_of_64_takes_less_than_700_bytes(void **state)
{
    (void)state;
    assert_true(bytes_per_event(64, 300) <= 700);
    assert_true(bytes_per_event(128, 150) <= 700);
}

static void an_event_alone_takes_less_than_1400_bytes(void **state)
{
    (void)state;
    assert_true(bytes_per_event(1, 3000) <= 1400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_in_a_batch_of_64_takes_less_than_700_bytes),
        cmocka_unit_test(an_event_alone_takes_less_than_1400_bytes),
    };

    return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
