/* An export carries all an auditor needs, and whatever happens to the file is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/sign/digest.h"
#include "tests/help/auditor.h"

#define DAMAGE(what, first, last)                                                                  \
    "{\"what\":\"" what "\",\"first\":\"" #first "\",\"last\":\"" #last "\"}"

enum { BATCH = 1, CHECKPOINT = 2, END = 3, RECORDS_MAX = 64 };

static struct auditor auditor;
static char path[160];
static uint8_t bytes[1 << 16], kept[1 << 16];
static size_t size, kept_size;
static struct {
    size_t at, size;
    int type;
} record[RECORDS_MAX];
static size_t records;

static void read_file(void)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size = kept_size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    memcpy(kept, bytes, size);
    records = 0;
    for (size_t at = 12; at < size; at += record[records++].size) {
        assert_true(records < RECORDS_MAX);
        record[records].at = at;
        record[records].type = bytes[at];
        record[records].size = 13 + ((size_t)bytes[at + 1] << 24 | (size_t)bytes[at + 2] << 16 |
                                     (size_t)bytes[at + 3] << 8 | bytes[at + 4]);
    }
}

static void write_file(void)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void as_it_was(void)
{
    memcpy(bytes, kept, kept_size);
    size = kept_size;
}

static void finds(const char *damage)
{
    write_file();
    auditor_finds(&auditor, path, damage);
    as_it_was();
}

/* 1 genesis, 2 enrolment, 3-5, 6-8, 9, 10, 11-13. */
static int make(void **state)
{
    static const size_t batches[] = {3, 3, 1, 1, 3};
    char words[256];

    (void)state;
    auditor_open(&auditor);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++)
        auditor_says(&auditor, batches[i]);
    snprintf(path, sizeof path, "%s.mev", auditor.county.dir);
    snprintf(words, sizeof words, "export %%s '%s'", path);
    assert_int_equal(auditor_replay(&auditor, words), 0);
    read_file();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    unlink(path);
    auditor_close(&auditor);
    return 0;
}

/* The index of the n-th record (from 0) of that type. */
static size_t nth(int type, size_t n)
{
    for (size_t i = 0; i < records; i++)
        if (record[i].type == type && n-- == 0)
            return i;
    fail();
    return 0;
}

static void cut_out(size_t i)
{
    memmove(bytes + record[i].at, bytes + record[i].at + record[i].size,
            size - record[i].at - record[i].size);
    size -= record[i].size;
}

/* ---- stories --------------------------------------------------------------------------------- */

static void it_says_what_the_record_says(void **state)
{
    char live[sizeof auditor.said];

    (void)state;
    auditor_finds(&auditor, NULL, "");
    memcpy(live, auditor.said, sizeof live);
    finds("");
    assert_string_equal(auditor.said, live); /* same log, entries, root, checkpoints */
}

static void it_begins_with_genesis_and_says_where_it_ends(void **state)
{
    (void)state;
    assert_int_equal(record[0].type, BATCH);
    assert_int_equal(record[1].type, CHECKPOINT);
    assert_int_equal(record[records - 1].type, END);
}

static void a_record_dropped_is_missing(void **state)
{
    (void)state;
    cut_out(nth(BATCH, 3)); /* 6-8 */
    finds(DAMAGE("missing", 6, 8));
}

static void two_records_swapped_are_one_out_of_place(void **state)
{
    size_t a = nth(BATCH, 4), b = nth(BATCH, 5); /* 9, checkpoint 9, 10 */
    size_t first = record[a].at, between = record[b].at - first - record[a].size;

    (void)state;
    memcpy(bytes + first, kept + record[b].at, record[b].size);
    memcpy(bytes + first + record[b].size, kept + first + record[a].size, between);
    memcpy(bytes + first + record[b].size + between, kept + first, record[a].size);
    finds(DAMAGE("place", 9, 9));
}

static void a_tail_cut_off_is_named(void **state)
{
    (void)state;
    size = record[nth(BATCH, 5)].at; /* from 10 on; the end record says nothing any more */
    finds(DAMAGE("cut", 10, 10));
    size = record[nth(BATCH, 5)].at + 100; /* in the middle of a record */
    finds(DAMAGE("cut", 10, 10));
}

static void a_tail_cut_off_before_its_end_record(void **state)
{
    (void)state;
    cut_out(nth(BATCH, 6)); /* 11-13: only the end record says that they were there */
    finds(DAMAGE("cut", 11, 13));
}

static void without_its_end_record_it_may_have_been_cut(void **state)
{
    (void)state;
    cut_out(nth(END, 0));
    finds(DAMAGE("cut", 14, 14));
}

static void something_behind_its_end_is_no_export(void **state)
{
    (void)state;
    bytes[size++] = 0;
    write_file();
    assert_int_equal(auditor_replay(&auditor, "verify '%s.mev'"), 1);
    as_it_was();
}

static void all_of_a_batch_is_named_by_its_entries(void **state)
{
    size_t i = nth(BATCH, 3); /* 6-8 */

    (void)state;
    for (size_t at = record[i].at + 5; at < record[i].at + record[i].size; at += 7) {
        bytes[at] ^= 0x10;
        write_file();
        assert_int_equal(auditor_replay(&auditor, "verify --json '%s.mev'"), 6);
        assert_non_null(strstr(auditor.said, "\"damageCount\":1,"));
        assert_true(strstr(auditor.said, "\"first\":\"6\"") != NULL ||
                    strstr(auditor.said, "\"first\":\"7\"") != NULL ||
                    strstr(auditor.said, "\"first\":\"8\"") != NULL);
        as_it_was();
    }
}

static void every_byte_of_the_file_counts(void **state)
{
    (void)state;
    for (size_t at = 0; at < size; at += 11) {
        int status;

        bytes[at] ^= 0x01;
        write_file();
        status = auditor_replay(&auditor, "verify '%s.mev'");
        assert_int_equal(status, at < 12 ? 1 : 6);
        as_it_was();
    }
    finds("");
}

/* Who changes a record can make its check fit again: the leaves still tell. */
static void a_check_made_to_fit_helps_nobody(void **state)
{
    size_t i = nth(BATCH, 4); /* 9 */
    struct mu_bytes all = {bytes + record[i].at, record[i].size - 8};
    struct mu_hash check;

    (void)state;
    bytes[record[i].at + record[i].size - 8 - 32 - 4] ^= 1; /* the end of the body */
    mu_sha256(all.data, all.size, &check);
    memcpy(bytes + record[i].at + all.size, check.b, 8);
    finds(DAMAGE("bytes", 9, 9));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_says_what_the_record_says),
        STORY(it_begins_with_genesis_and_says_where_it_ends),
        STORY(a_record_dropped_is_missing),
        STORY(two_records_swapped_are_one_out_of_place),
        STORY(a_tail_cut_off_is_named),
        STORY(a_tail_cut_off_before_its_end_record),
        STORY(without_its_end_record_it_may_have_been_cut),
        STORY(something_behind_its_end_is_no_export),
        STORY(all_of_a_batch_is_named_by_its_entries),
        STORY(every_byte_of_the_file_counts),
        STORY(a_check_made_to_fit_helps_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
