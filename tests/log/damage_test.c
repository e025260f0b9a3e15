/* Bytes that changed on disk are found before they are served, by name, and hurt nothing else: entries, seals, the tail.
 * Every byte of every row: rows_test.c. Anywhere in the file: flip_test.c.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/damaged.h"

/* Only the batch first..first+count-1 is refused, and it names `number`. */
static void only_this_is_fenced(uint64_t first, uint32_t count, uint64_t number)
{
    uint64_t size = damaged_size();

    for (uint64_t n = 1; n <= size; n++) {
        struct mu_stored stored;
        enum mu_err err = damaged_read_batch(n, MU_VIEW_ONCE, &stored);

        if (n >= first && n < first + count) {
            assert_int_equal(err, MU_E_CORRUPT);
            assert_int_equal(stored.damaged, number);
            assert_int_equal(stored.first_number, first);
            assert_int_equal(stored.seal.count, count);
            assert_null(stored.items);
        } else {
            assert_int_equal(err, MU_OK);
            assert_int_equal(stored.damaged, 0);
        }
    }
}

/* The key of entry `number` in the table `record`. */
static MDB_val number_key(uint64_t number, uint8_t room[8])
{
    mu_put_u64(room, number * 4 + 1);
    return (MDB_val){8, room};
}

/* Copies the value of `number` to `out`; its size. */
static size_t raw_get(struct raw *raw, uint64_t number, uint8_t *out)
{
    uint8_t room[8];
    MDB_val k = number_key(number, room), v;

    assert_int_equal(mdb_get(raw->txn, raw->table, &k, &v), 0);
    memcpy(out, v.mv_data, v.mv_size);
    return v.mv_size;
}

static void raw_put(struct raw *raw, uint64_t number, const uint8_t *data, size_t size)
{
    uint8_t room[8];
    MDB_val k = number_key(number, room), v = {size, (void *)(uintptr_t)data};

    assert_int_equal(mdb_put(raw->txn, raw->table, &k, &v, 0), 0);
}

static void raw_del(struct raw *raw, uint64_t number)
{
    uint8_t room[8];
    MDB_val k = number_key(number, room);

    assert_int_equal(mdb_del(raw->txn, raw->table, &k, NULL), 0);
}

/* Flip one bit in every copy of `text` in the file; LMDB leaves old pages behind. */
static void flip_in_file(const char *text)
{
    uint8_t *bytes, *at;
    int fd, found = 0;
    size_t size = damaged_read_file(&bytes, &fd);

    for (at = bytes; (at = memmem(at, size - (size_t)(at - bytes), text, strlen(text))); at++) {
        uint8_t flipped = at[3] ^ 0x10;

        assert_int_equal(pwrite(fd, &flipped, 1, at - bytes + 3), 1);
        found++;
    }
    assert_true(found > 0);
    free(bytes);
    close(fd);
}

static void a_bit_that_fell_over_fences_its_slice_only(void **state)
{
    uint64_t size;

    (void)state;
    damaged_append(40, 10);
    mu_log_close(&damaged.log);
    flip_in_file("[author 7 event 25]"); /* entry 26, in the batch 22..31 */
    assert_int_equal(damaged_reopen(), MU_OK);
    only_this_is_fenced(22, 10, 26);
    damaged_append(3, 10); /* the record goes on */
    only_this_is_fenced(22, 10, 26);
    size = damaged_size();
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(damaged_size(), size);
    only_this_is_fenced(22, 10, 26);
}

static void a_bit_that_fell_over_in_the_tail_stops_the_start(void **state)
{
    struct mu_stored stored;

    (void)state;
    damaged_append(40, 10);
    mu_log_close(&damaged.log);
    flip_in_file("[author 7 event 398]");
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
    /* The auditor still gets to see everything else. */
    assert_int_equal(damaged_reopen_read_only(), MU_OK);
    only_this_is_fenced(392, 10, 399);
    assert_int_equal(damaged_read_batch(391, MU_VIEW_AGAIN, &stored), MU_OK);
}

static void an_entry_taken_out_is_missed(void **state)
{
    struct raw raw;

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    raw_del(&raw, 55);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_OK);
    only_this_is_fenced(52, 10, 55);
    damaged_append(1, 1);
}

static void entries_that_changed_places_are_noticed(void **state)
{
    uint8_t one[2048], two[2048];
    size_t one_size, two_size;
    struct raw raw;

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    one_size = raw_get(&raw, 55, one);
    two_size = raw_get(&raw, 58, two);
    raw_put(&raw, 55, two, two_size);
    raw_put(&raw, 58, one, one_size);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_OK);
    only_this_is_fenced(52, 10, 55);
}

/* Same place in two batches: even the index fits, the hash does not. */
static void entries_that_changed_batches_are_noticed(void **state)
{
    uint8_t one[2048], two[2048];
    size_t one_size, two_size;
    struct mu_stored stored;
    struct raw raw;

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    one_size = raw_get(&raw, 55, one);
    two_size = raw_get(&raw, 65, two);
    raw_put(&raw, 55, two, two_size);
    raw_put(&raw, 65, one, one_size);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(damaged_read_batch(52, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 55);
    assert_int_equal(damaged_read_batch(62, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 65);
    assert_int_equal(damaged_read_batch(72, MU_VIEW_ONCE, &stored), MU_OK);
}

static void a_seal_taken_out_is_missed(void **state)
{
    struct mu_stored stored;
    struct raw raw;
    uint8_t seal[8];
    MDB_val key = {sizeof seal, seal};

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    mu_put_u64(seal, 52 * 4);
    assert_int_equal(mdb_del(raw.txn, raw.table, &key, NULL), 0);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_OK);
    for (uint64_t n = 52; n < 62; n++) {
        assert_int_equal(damaged_read_batch(n, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
        assert_int_equal(stored.damaged, n);
        assert_int_equal(stored.seal.count, 1);
    }
    assert_int_equal(damaged_read_batch(51, MU_VIEW_ONCE, &stored), MU_OK);
    assert_int_equal(damaged_read_batch(62, MU_VIEW_ONCE, &stored), MU_OK);
}

/* Rot behind the back of a running broker: what was verified once is found by a scrub. */
static void a_scrub_finds_what_rotted_after_it_was_verified(void **state)
{
    struct mu_stored stored;

    (void)state;
    damaged_append(40, 10);
    assert_int_equal(damaged_read_batch(25, MU_VIEW_ONCE, &stored), MU_OK);
    flip_in_file("[author 7 event 25]");
    assert_int_equal(damaged_read_batch(25, MU_VIEW_ONCE, &stored),
                     MU_OK); /* known good to this process */
    assert_int_equal(damaged_read_batch(25, MU_VIEW_AGAIN, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 26);
    assert_int_equal(damaged_reopen(), MU_OK);
    assert_int_equal(damaged_read_batch(25, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
}

static void a_tail_cut_off_stops_the_start(void **state)
{
    struct raw raw;

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    for (uint64_t n = 392; n <= 401; n++)
        raw_del(&raw, n);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
    assert_int_equal(damaged_reopen_read_only(), MU_OK);
    only_this_is_fenced(392, 10, 392);
}

static void an_entry_too_many_stops_the_start(void **state)
{
    uint8_t row[2048];
    size_t size;
    struct raw raw;

    (void)state;
    damaged_append(40, 10);
    damaged_open_table(&raw, "record");
    size = raw_get(&raw, 401, row);
    raw_put(&raw, 402, row, size);
    damaged_close_table(&raw);
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
}

/* The file itself cut short: refused with a word, not with SIGBUS. */
static void a_file_cut_short_stops_the_start(void **state)
{
    char path[256];
    struct stat is;

    (void)state;
    damaged_append(100, 100);
    mu_log_close(&damaged.log);
    snprintf(path, sizeof path, "%s/log/data.mdb", damaged.dir);
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(truncate(path, is.st_size - (2 << 20) - 65536), 0);
    assert_int_equal(damaged_reopen_read_only(), MU_E_CORRUPT);
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
    assert_int_equal(truncate(path, 20000), 0);
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
}

static void a_record_that_does_not_lead_to_its_checkpoint_is_not_served(void **state)
{
    struct mu_head head;

    (void)state;
    damaged_append(40, 10);
    mu_log_head(damaged.log, &head);
    damaged_append(5, 10);
    damaged_put_checkpoint(&head); /* an older one than the head, and true */
    damaged_append(5, 10);
    assert_int_equal(damaged_reopen(), MU_OK);
    mu_log_head(damaged.log, &head);
    head.root.b[7] ^= 1;
    damaged_put_checkpoint(&head);
    assert_int_equal(damaged_reopen(), MU_E_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bit_that_fell_over_fences_its_slice_only, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(a_bit_that_fell_over_in_the_tail_stops_the_start,
                                        damaged_make, damaged_drop),
        cmocka_unit_test_setup_teardown(an_entry_taken_out_is_missed, damaged_make, damaged_drop),
        cmocka_unit_test_setup_teardown(entries_that_changed_places_are_noticed, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(entries_that_changed_batches_are_noticed, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(a_seal_taken_out_is_missed, damaged_make, damaged_drop),
        cmocka_unit_test_setup_teardown(a_scrub_finds_what_rotted_after_it_was_verified,
                                        damaged_make, damaged_drop),
        cmocka_unit_test_setup_teardown(a_tail_cut_off_stops_the_start, damaged_make, damaged_drop),
        cmocka_unit_test_setup_teardown(an_entry_too_many_stops_the_start, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(a_file_cut_short_stops_the_start, damaged_make,
                                        damaged_drop),
        cmocka_unit_test_setup_teardown(a_record_that_does_not_lead_to_its_checkpoint_is_not_served,
                                        damaged_make, damaged_drop),
    };

    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
