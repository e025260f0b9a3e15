/* The worked bytes of docs/LOG-FORMAT.md are the bytes on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <lmdb.h>

#include "tests/help/record.h"

static struct help_record record;
static char *document;

static void read_document(void)
{
    FILE *file = fopen("docs/LOG-FORMAT.md", "r");
    size_t size = 0;

    assert_non_null(file);
    document = calloc(1, 1u << 20);
    assert_non_null(document);
    size = fread(document, 1, (1u << 20) - 1, file);
    assert_true(size > 0);
    fclose(file);
}

/* ---- the record of the document -------------------------------------------------------------- */

static void put_batch(void)
{
    const struct mu_bytes bodies[2] = {{(const uint8_t *)"open", 4}, {(const uint8_t *)"shut", 4}};
    const struct mu_verdict verdicts[2] = {{0, NULL}, {MU_E_MISSING, "a.b"}};
    struct mu_hash committed[2] = {{{0}}, {{0}}};
    struct help_batch *batch;
    uint64_t first;

    committed[0].b[31] = 0xcc;
    batch = help_seal_bodies(&record.author, bodies, committed, 2);
    assert_int_equal(
        mu_log_turn_batch(record.log, &batch->batch, HELP_START_MS + 10, 3, verdicts, &first),
        MU_OK);
    help_batch_free(&batch);
}

static void make_record(void)
{
    const struct mu_bytes body = {(const uint8_t *)"genesis", 7};
    const struct mu_agent_id *agent = &record.author.seal.agent;
    struct help_author founder;
    struct help_batch *genesis;
    struct mu_hash subject = {{0xaa}};

    help_record_make(&record, NULL); /* for its folder; the record in it is made again */
    help_record_remove(&record);
    assert_int_equal(mkdir(record.dir, 0700), 0);
    help_author_open(&founder, 1, NULL, MU_LANE_LIFE);
    genesis = help_seal_bodies(&founder, &body, NULL, 1);
    assert_int_equal(mu_log_create(record.dir, &genesis->batch, HELP_START_MS, 3), MU_OK);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    help_author_open(&record.author, 7, mu_log_id(record.log), MU_LANE_ROUTINE);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    put_batch();
    assert_int_equal(
        mu_log_turn_checkpoint(record.log, 1, (struct mu_bytes){(const uint8_t *)"note", 4}),
        MU_OK);
    assert_int_equal(mu_log_turn_fence(record.log, agent, 2, 1), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 5000, agent, &subject, true), MU_OK);
    assert_int_equal(
        mu_log_turn_cursor(record.log, agent, (struct mu_bytes){(const uint8_t *)"desk", 4}, 3),
        MU_OK);
    assert_int_equal(mu_log_turn_clock(record.log, HELP_START_MS + 60), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    help_batch_free(&genesis);
    help_author_close(&founder);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool is_table(MDB_val key)
{
    static const char *const tables[] = {"record", "tiles",   "lanes", "fences",
                                         "roster", "cursors", "timers"};

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (key.mv_size == strlen(tables[i]) && memcmp(key.mv_data, tables[i], key.mv_size) == 0)
            return true;
    return false;
}

/* The line of the document for this row; of a seal only the check, the rest is in SEALS.md. */
static void write_line(const char *table, MDB_val k, MDB_val v, char line[4096])
{
    bool seal = v.mv_size == MU_SEAL_BYTES + 8;
    size_t used = (size_t)snprintf(line, 4096, "%s ", table == NULL ? "meta" : table);

    if (table == NULL)
        used += (size_t)snprintf(line + used, 4096 - used, "%.*s", (int)k.mv_size,
                                 (const char *)k.mv_data);
    else {
        mu_hex(k.mv_data, k.mv_size, line + used);
        used += 2 * k.mv_size;
    }
    line[used++] = ' ';
    if (seal)
        used += (size_t)snprintf(line + used, 4096 - used, "<260 bytes of the seal>");
    mu_hex((const uint8_t *)v.mv_data + (seal ? MU_SEAL_BYTES : 0),
           v.mv_size - (seal ? MU_SEAL_BYTES : 0), line + used);
}

static unsigned compare_table(MDB_txn *txn, const char *table)
{
    MDB_cursor *cursor;
    MDB_dbi dbi;
    MDB_val k, v;
    unsigned wrong = 0;

    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
    while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0) {
        char line[4096];

        if (table == NULL && is_table(k))
            continue;
        write_line(table, k, v, line);
        if (strstr(document, line) == NULL) {
            printf("# not in docs/LOG-FORMAT.md:\n# %s\n", line);
            wrong++;
        }
    }
    mdb_cursor_close(cursor);
    return wrong;
}

static void the_worked_bytes_are_those_on_disk(void **state)
{
    static const char *const tables[] = {"record", "lanes",   "fences", "roster",
                                         "timers", "cursors", NULL};
    unsigned wrong = 0;
    char path[256];
    MDB_env *env;
    MDB_txn *txn;

    (void)state;
    read_document();
    make_record();
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log", record.dir);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_RDONLY, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        wrong += compare_table(txn, tables[t]);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    help_record_remove(&record);
    free(document);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_bytes_are_those_on_disk),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
