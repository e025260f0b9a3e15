/* Bytes that changed on disk are found before they are served, by name, and hurt nothing else.
 *
 * The tables are changed with LMDB itself while the log is closed, or byte by byte in the file.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "tests/help/keys.h"
#include "tests/help/record.h"

static struct help_record record;

static int make(void **state)
{
    (void)state;
    help_record_make(&record, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_record_remove(&record);
    return 0;
}

static void append(size_t turns, size_t count)
{
    for (size_t i = 0; i < turns; i++)
        assert_int_equal(help_record_turn(&record, count), MU_OK);
}

static enum mu_err reopen(void)
{
    return help_record_reopen(&record, NULL);
}

static enum mu_err reopen_read_only(void)
{
    const struct mu_log_options options = {.read_only = true};

    return help_record_reopen(&record, &options);
}

static uint64_t size_now(void)
{
    struct mu_head head;

    mu_log_head(record.log, &head);
    return head.size;
}

static enum mu_err read_batch(uint64_t number, enum mu_view_mode mode, struct mu_stored *stored)
{
    mu_view *view;
    enum mu_err err = mu_view_open(record.log, &view);

    if (err != MU_OK)
        return err;
    mu_view_set_mode(view, mode);
    err = mu_view_batch(view, number, stored);
    mu_view_close(&view);
    return err;
}

/* Only the batch first..first+count-1 is refused, and it names `damaged`. */
static void only_this_is_fenced(uint64_t first, uint32_t count, uint64_t damaged)
{
    uint64_t size = size_now();

    for (uint64_t n = 1; n <= size; n++) {
        struct mu_stored stored;
        enum mu_err err = read_batch(n, MU_VIEW_ONCE, &stored);

        if (n >= first && n < first + count) {
            assert_int_equal(err, MU_E_CORRUPT);
            assert_int_equal(stored.damaged, damaged);
            assert_int_equal(stored.first_number, first);
            assert_int_equal(stored.seal.count, count);
            assert_null(stored.items);
        } else {
            assert_int_equal(err, MU_OK);
            assert_int_equal(stored.damaged, 0);
        }
    }
}

/* ---- changing tables from outside ------------------------------------------------------------ */

struct raw {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
};

static void raw_open(struct raw *raw, const char *table)
{
    char path[256];

    snprintf(path, sizeof path, "%s/log", record.dir);
    mu_log_close(&record.log);
    assert_int_equal(mdb_env_create(&raw->env), 0);
    assert_int_equal(mdb_env_set_maxdbs(raw->env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(raw->env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(raw->env, path, MDB_NOSYNC, 0600), 0);
    assert_int_equal(mdb_txn_begin(raw->env, NULL, 0, &raw->txn), 0);
    assert_int_equal(mdb_dbi_open(raw->txn, table, 0, &raw->table), 0);
}

static void raw_close(struct raw *raw)
{
    assert_int_equal(mdb_txn_commit(raw->txn), 0);
    mdb_env_close(raw->env);
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

/* ---- one entry ------------------------------------------------------------------------------- */

static size_t read_file(uint8_t **bytes, int *fd)
{
    char path[256];
    struct stat is;

    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    *fd = open(path, O_RDWR);
    assert_true(*fd >= 0);
    assert_int_equal(fstat(*fd, &is), 0);
    *bytes = malloc((size_t)is.st_size);
    assert_non_null(*bytes);
    assert_int_equal(pread(*fd, *bytes, (size_t)is.st_size, 0), is.st_size);
    return (size_t)is.st_size;
}

/* Flip one bit in every copy of `text` in the file; LMDB leaves old pages behind. */
static void flip_in_file(const char *text)
{
    uint8_t *bytes, *at;
    int fd, found = 0;
    size_t size = read_file(&bytes, &fd);

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
    append(40, 10);
    mu_log_close(&record.log);
    flip_in_file("[author 7 event 25]"); /* entry 26, in the batch 22..31 */
    assert_int_equal(reopen(), MU_OK);
    only_this_is_fenced(22, 10, 26);
    append(3, 10); /* the record goes on */
    only_this_is_fenced(22, 10, 26);
    size = size_now();
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(size_now(), size);
    only_this_is_fenced(22, 10, 26);
}

static void a_bit_that_fell_over_in_the_tail_stops_the_start(void **state)
{
    struct mu_stored stored;

    (void)state;
    append(40, 10);
    mu_log_close(&record.log);
    flip_in_file("[author 7 event 398]");
    assert_int_equal(reopen(), MU_E_CORRUPT);
    /* The auditor still gets to see everything else. */
    assert_int_equal(reopen_read_only(), MU_OK);
    only_this_is_fenced(392, 10, 399);
    assert_int_equal(read_batch(391, MU_VIEW_AGAIN, &stored), MU_OK);
}

static void an_entry_taken_out_is_missed(void **state)
{
    struct raw raw;

    (void)state;
    append(40, 10);
    raw_open(&raw, "record");
    raw_del(&raw, 55);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_OK);
    only_this_is_fenced(52, 10, 55);
    append(1, 1);
}

static void entries_that_changed_places_are_noticed(void **state)
{
    uint8_t one[2048], two[2048];
    size_t one_size, two_size;
    struct raw raw;

    (void)state;
    append(40, 10);
    raw_open(&raw, "record");
    one_size = raw_get(&raw, 55, one);
    two_size = raw_get(&raw, 58, two);
    raw_put(&raw, 55, two, two_size);
    raw_put(&raw, 58, one, one_size);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_OK);
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
    append(40, 10);
    raw_open(&raw, "record");
    one_size = raw_get(&raw, 55, one);
    two_size = raw_get(&raw, 65, two);
    raw_put(&raw, 55, two, two_size);
    raw_put(&raw, 65, one, one_size);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(read_batch(52, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 55);
    assert_int_equal(read_batch(62, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 65);
    assert_int_equal(read_batch(72, MU_VIEW_ONCE, &stored), MU_OK);
}

static void a_seal_taken_out_is_missed(void **state)
{
    struct mu_stored stored;
    struct raw raw;
    uint8_t seal[8];
    MDB_val key = {sizeof seal, seal};

    (void)state;
    append(40, 10);
    raw_open(&raw, "record");
    mu_put_u64(seal, 52 * 4);
    assert_int_equal(mdb_del(raw.txn, raw.table, &key, NULL), 0);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_OK);
    for (uint64_t n = 52; n < 62; n++) {
        assert_int_equal(read_batch(n, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
        assert_int_equal(stored.damaged, n);
        assert_int_equal(stored.seal.count, 1);
    }
    assert_int_equal(read_batch(51, MU_VIEW_ONCE, &stored), MU_OK);
    assert_int_equal(read_batch(62, MU_VIEW_ONCE, &stored), MU_OK);
}

/* Rot behind the back of a running broker: what was verified once is found by a scrub. */
static void a_scrub_finds_what_rotted_after_it_was_verified(void **state)
{
    struct mu_stored stored;

    (void)state;
    append(40, 10);
    assert_int_equal(read_batch(25, MU_VIEW_ONCE, &stored), MU_OK);
    flip_in_file("[author 7 event 25]");
    assert_int_equal(read_batch(25, MU_VIEW_ONCE, &stored), MU_OK); /* known good to this process */
    assert_int_equal(read_batch(25, MU_VIEW_AGAIN, &stored), MU_E_CORRUPT);
    assert_int_equal(stored.damaged, 26);
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(read_batch(25, MU_VIEW_ONCE, &stored), MU_E_CORRUPT);
}

/* ---- the tail -------------------------------------------------------------------------------- */

static void a_tail_cut_off_stops_the_start(void **state)
{
    struct raw raw;

    (void)state;
    append(40, 10);
    raw_open(&raw, "record");
    for (uint64_t n = 392; n <= 401; n++)
        raw_del(&raw, n);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_E_CORRUPT);
    assert_int_equal(reopen_read_only(), MU_OK);
    only_this_is_fenced(392, 10, 392);
}

static void an_entry_too_many_stops_the_start(void **state)
{
    uint8_t row[2048];
    size_t size;
    struct raw raw;

    (void)state;
    append(40, 10);
    raw_open(&raw, "record");
    size = raw_get(&raw, 401, row);
    raw_put(&raw, 402, row, size);
    raw_close(&raw);
    assert_int_equal(reopen(), MU_E_CORRUPT);
}

/* The file itself cut short: refused with a word, not with SIGBUS. */
static void a_file_cut_short_stops_the_start(void **state)
{
    char path[256];
    struct stat is;

    (void)state;
    append(100, 100);
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(truncate(path, is.st_size - (2 << 20) - 65536), 0);
    assert_int_equal(reopen_read_only(), MU_E_CORRUPT);
    assert_int_equal(reopen(), MU_E_CORRUPT);
    assert_int_equal(truncate(path, 20000), 0);
    assert_int_equal(reopen(), MU_E_CORRUPT);
}

static void put_checkpoint(const struct mu_head *head)
{
    mu_key *key = help_key(9);
    char note[MU_NOTE_BYTES_MAX];

    assert_int_equal(mu_checkpoint_sign(&record.id, head, key, note), MU_OK);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_checkpoint(record.log, head->size,
                                            (struct mu_bytes){(const uint8_t *)note, strlen(note)}),
                     MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    mu_key_close(&key);
}

static void a_record_that_does_not_lead_to_its_checkpoint_is_not_served(void **state)
{
    struct mu_head head;

    (void)state;
    append(40, 10);
    mu_log_head(record.log, &head);
    append(5, 10);
    put_checkpoint(&head); /* an older one than the head, and true */
    append(5, 10);
    assert_int_equal(reopen(), MU_OK);
    mu_log_head(record.log, &head);
    head.root.b[7] ^= 1;
    put_checkpoint(&head);
    assert_int_equal(reopen(), MU_E_CORRUPT);
}

/* ---- every byte of every row ----------------------------------------------------------------- */

static struct mu_agent_id founder(void)
{
    mu_key *key = help_key(1);
    struct mu_public public;

    mu_key_public(key, &public);
    mu_key_close(&key);
    return mu_public_id(&public);
}

/* Reads whatever can be read and says the first thing that is wrong. */
static enum mu_err read_everything(void)
{
    const struct mu_agent_id first = founder();
    const struct mu_agent_id *agent = &record.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_stored stored;
    struct mu_sequence lane;
    struct mu_origin origin;
    struct mu_agent_id asker;
    struct mu_hash subject;
    mu_view *view;
    uint64_t number = 0, size = size_now();
    int64_t due;
    enum mu_err err;

    for (uint64_t n = 1; n <= size; n += stored.seal.count)
        if ((err = read_batch(n, MU_VIEW_ONCE, &stored)) != MU_OK)
            return err;
    for (uint64_t s = 1; s <= 41; s++)
        if ((err = mu_log_origin(record.log, agent, 1, 2, s, &origin)) != MU_OK)
            return err;
    if ((err = mu_log_origin(record.log, &first, 1, 0, 1, &origin)) != MU_OK ||
        (err = mu_log_sequence(record.log, &first, 1, 0, &lane)) != MU_OK ||
        (err = mu_log_sequence(record.log, agent, 1, 2, &lane)) != MU_OK ||
        (err = mu_log_sequence(record.log, agent, 77, 1, &lane)) != MU_OK ||
        (err = mu_log_cursor(record.log, agent, name, &number)) != MU_OK ||
        (err = mu_log_clock(record.log, &due)) != MU_OK ||
        (err = mu_log_next_timer(record.log, &due, &asker, &subject)) != MU_OK ||
        (err = mu_log_last_checkpoint(record.log, note, &number)) != MU_OK ||
        (err = mu_view_open(record.log, &view)) != MU_OK)
        return err;
    if ((err = mu_view_roster(view, 1, &number)) == MU_OK)
        err = mu_view_roster(view, number + 1, &number);
    mu_view_close(&view);
    return err;
}

/* A record with a row of each kind; entries end on a full tile and a part of one. */
static void fill_every_table(void)
{
    const struct mu_agent_id *agent = &record.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    const struct mu_verdict verdicts[3] = {{MU_E_MISSING, "a.b"}, {0, NULL}, {MU_E_BAD_VALUE, ""}};
    struct mu_hash subject = {{9}};
    struct help_batch *batch = help_seal(&record.author, 3);
    struct mu_head head;
    uint64_t first;

    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(
        mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 4, verdicts, &first), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 5000, agent, &subject, true), MU_OK);
    assert_int_equal(mu_log_turn_cursor(record.log, agent, name, 17), MU_OK);
    assert_int_equal(mu_log_turn_roster(record.log, 3), MU_OK);
    assert_int_equal(mu_log_turn_fence(record.log, agent, 77, 1), MU_OK);
    assert_int_equal(mu_log_turn_clock(record.log, 123456), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    help_batch_free(&batch);
    append(2, 19);
    mu_log_head(record.log, &head);
    put_checkpoint(&head);
}

/* The next row that is ours to change: among those of `meta` lie LMDB's own, about the tables. */
static int next_row(MDB_cursor *cursor, bool meta, MDB_cursor_op op, MDB_val *k, MDB_val *v)
{
    static const char *const ours[] = {"format", "log", "epochs", "edge", "clock"};
    int rc = mdb_cursor_get(cursor, k, v, op);

    while (meta && rc == 0) {
        for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
            if (k->mv_size == strlen(ours[i]) && memcmp(k->mv_data, ours[i], k->mv_size) == 0)
                return 0;
        rc = mdb_cursor_get(cursor, k, v, MDB_NEXT);
    }
    return rc;
}

/* Flip one bit in byte `at` of row `row` (counted) of `table`. False: there is no such byte. */
static bool flip_row(const char *table, size_t row, size_t at, bool *no_row)
{
    uint8_t value[4096];
    struct raw raw;
    MDB_cursor *cursor;
    MDB_val k, v;
    bool done = false;
    int rc;

    raw_open(&raw, table);
    assert_int_equal(mdb_cursor_open(raw.txn, raw.table, &cursor), 0);
    rc = next_row(cursor, table == NULL, MDB_FIRST, &k, &v);
    for (size_t i = 0; rc == 0 && i < row; i++)
        rc = next_row(cursor, table == NULL, MDB_NEXT, &k, &v);
    *no_row = rc != 0;
    if (rc == 0 && at < v.mv_size) {
        memcpy(value, v.mv_data, v.mv_size);
        value[at] ^= (uint8_t)(1u << (at + row) % 8);
        v.mv_data = value;
        assert_int_equal(mdb_cursor_put(cursor, &k, &v, MDB_CURRENT), 0);
        done = true;
    }
    raw_close(&raw);
    return done;
}

static void every_byte_of_every_row_is_accounted_for(void **state)
{
    static const char *const tables[] = {"record", "tiles",   "lanes",  "fences",
                                         "roster", "cursors", "timers", NULL};
    unsigned flips = 0, stopped = 0;

    (void)state;
    fill_every_table();
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(read_everything(), MU_OK);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        bool no_row = false;

        for (size_t row = 0; !no_row; row++) {
            for (size_t at = 0; flip_row(tables[t], row, at, &no_row); at += at < 80 ? 1 : 7) {
                enum mu_err err = reopen();

                if (err != MU_OK) {
                    assert_int_equal(err, err == MU_E_VERSION ? MU_E_VERSION : MU_E_CORRUPT);
                    assert_int_equal(reopen_read_only() == MU_OK ? read_everything() : MU_E_CORRUPT,
                                     MU_E_CORRUPT);
                    stopped++;
                } else if (read_everything() != MU_E_CORRUPT) {
                    fail_msg("table %zu row %zu byte %zu passes", t, row, at);
                }
                flips++;
                assert_true(flip_row(tables[t], row, at, &no_row));
            }
        }
    }
    printf("# %u bits flipped one at a time, %u of them in what a start checks\n", flips, stopped);
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(read_everything(), MU_OK);
}

/* A lane whose row rotted is not guessed at; the others go on. */
static void a_lane_that_rotted_is_refused_alone(void **state)
{
    struct help_author other;
    struct help_batch *mine, *theirs;
    struct mu_sequence lane;
    uint64_t first;
    bool no_row;

    (void)state;
    append(3, 4);
    mine = help_seal(&record.author, 1);
    help_author_open(&other, 8, &record.id, MU_LANE_LIFE);
    theirs = help_seal(&other, 2);
    for (size_t row = 0; row < 4; row++)
        assert_true(flip_row("lanes", row, 5, &no_row));
    assert_int_equal(reopen(), MU_OK);
    assert_int_equal(mu_log_sequence(record.log, &record.author.seal.agent, 1, 2, &lane),
                     MU_E_CORRUPT);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(record.log, &mine->batch, record.now_ms, 1, NULL, &first),
                     MU_E_CORRUPT);
    assert_int_equal(mu_log_turn_batch(record.log, &theirs->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(size_now(), 15);
    help_batch_free(&mine);
    help_batch_free(&theirs);
    help_author_close(&other);
}

/* ---- anywhere in the file -------------------------------------------------------------------- */

/* In a process of its own: LMDB trusts its own page structure and may fall over it. What must not
 * happen is that a wrong entry is handed out as good. 0: nothing wrong was served. */
#define WRONG_SERVED 42

static int serve_what_is_left(void)
{
    struct mu_stored stored;
    uint64_t size;
    int wrong = 0;

    if (reopen_read_only() != MU_OK)
        return 0;
    size = size_now();
    for (uint64_t n = 2; n <= size && n <= 2001; n += 10) {
        if (read_batch(n, MU_VIEW_AGAIN, &stored) != MU_OK)
            continue;
        for (uint32_t i = 0; i < stored.seal.count; i++) {
            uint8_t wanted[100];

            help_body(7, stored.seal.first_sequence + i, wanted, sizeof wanted);
            if (stored.first_number != n || stored.seal.first_sequence != n - 1 ||
                stored.items[i].body.size != sizeof wanted ||
                memcmp(stored.items[i].body.data, wanted, sizeof wanted) != 0)
                wrong++;
        }
    }
    return wrong != 0 ? WRONG_SERVED : 0;
}

/* The test runner catches these; here the process is to end by them. */
static void let_it_fall(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
}

static void flip_bit(int fd, off_t at, unsigned bit)
{
    uint8_t byte = 0;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (uint8_t)(1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void no_flip_anywhere_makes_a_wrong_entry_look_right(void **state)
{
    const char *text = getenv("MUSTER_FLIPS");
    unsigned flips = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 150;
    unsigned seed = 11, fell = 0;
    uint8_t *bytes;
    size_t size;
    int fd;

    (void)state;
    append(200, 10);
    mu_log_close(&record.log);
    size = read_file(&bytes, &fd);
    while (size > 0 && bytes[size - 1] == 0)
        size--; /* the margin holds nothing to lose */
    free(bytes);
    fflush(stdout);
    for (unsigned i = 0; i < flips; i++) {
        off_t at = (off_t)((size_t)rand_r(&seed) % size);
        unsigned bit = (unsigned)rand_r(&seed) % 8;
        int status = 0;
        pid_t pid;

        flip_bit(fd, at, bit);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            let_it_fall();
            _exit(serve_what_is_left());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        else
            fell++;
        flip_bit(fd, at, bit);
    }
    close(fd);
    printf("# %u flips, no wrong entry served; LMDB fell over its own pages %u times\n", flips,
           fell);
    assert_int_equal(serve_what_is_left(), 0);
    assert_int_equal(size_now(), 2001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bit_that_fell_over_fences_its_slice_only, make, drop),
        cmocka_unit_test_setup_teardown(a_bit_that_fell_over_in_the_tail_stops_the_start, make,
                                        drop),
        cmocka_unit_test_setup_teardown(an_entry_taken_out_is_missed, make, drop),
        cmocka_unit_test_setup_teardown(entries_that_changed_places_are_noticed, make, drop),
        cmocka_unit_test_setup_teardown(entries_that_changed_batches_are_noticed, make, drop),
        cmocka_unit_test_setup_teardown(a_seal_taken_out_is_missed, make, drop),
        cmocka_unit_test_setup_teardown(a_scrub_finds_what_rotted_after_it_was_verified, make,
                                        drop),
        cmocka_unit_test_setup_teardown(a_tail_cut_off_stops_the_start, make, drop),
        cmocka_unit_test_setup_teardown(an_entry_too_many_stops_the_start, make, drop),
        cmocka_unit_test_setup_teardown(a_file_cut_short_stops_the_start, make, drop),
        cmocka_unit_test_setup_teardown(a_record_that_does_not_lead_to_its_checkpoint_is_not_served,
                                        make, drop),
        cmocka_unit_test_setup_teardown(every_byte_of_every_row_is_accounted_for, make, drop),
        cmocka_unit_test_setup_teardown(a_lane_that_rotted_is_refused_alone, make, drop),
        cmocka_unit_test_setup_teardown(no_flip_anywhere_makes_a_wrong_entry_look_right, make,
                                        drop),
    };

    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
