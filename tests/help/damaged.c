#include "tests/help/damaged.h"

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

struct help_record damaged;

int damaged_make(void **state)
{
    (void)state;
    help_record_make(&damaged, NULL);
    return 0;
}

int damaged_drop(void **state)
{
    (void)state;
    help_record_remove(&damaged);
    return 0;
}

void damaged_append(size_t turns, size_t count)
{
    for (size_t i = 0; i < turns; i++)
        assert_int_equal(help_record_turn(&damaged, count), MU_OK);
}

enum mu_err damaged_reopen(void)
{
    return help_record_reopen(&damaged, NULL);
}

enum mu_err damaged_reopen_read_only(void)
{
    const struct mu_log_options options = {.read_only = true};

    return help_record_reopen(&damaged, &options);
}

uint64_t damaged_size(void)
{
    struct mu_head head;

    mu_log_head(damaged.log, &head);
    return head.size;
}

enum mu_err damaged_read_batch(uint64_t number, enum mu_view_mode mode, struct mu_stored *stored)
{
    mu_view *view;
    enum mu_err err = mu_view_open(damaged.log, &view);

    if (err != MU_OK)
        return err;
    mu_view_set_mode(view, mode);
    err = mu_view_batch(view, number, stored);
    mu_view_close(&view);
    return err;
}

void damaged_open_table(struct raw *raw, const char *table)
{
    char path[256];

    snprintf(path, sizeof path, "%s/log", damaged.dir);
    mu_log_close(&damaged.log);
    assert_int_equal(mdb_env_create(&raw->env), 0);
    assert_int_equal(mdb_env_set_maxdbs(raw->env, 16), 0);
    assert_int_equal(mdb_env_set_mapsize(raw->env, (size_t)1 << 30), 0);
    assert_int_equal(mdb_env_open(raw->env, path, MDB_NOSYNC, 0600), 0);
    assert_int_equal(mdb_txn_begin(raw->env, NULL, 0, &raw->txn), 0);
    assert_int_equal(mdb_dbi_open(raw->txn, table, 0, &raw->table), 0);
}

void damaged_close_table(struct raw *raw)
{
    assert_int_equal(mdb_txn_commit(raw->txn), 0);
    mdb_env_close(raw->env);
}

size_t damaged_read_file(uint8_t **bytes, int *fd)
{
    char path[256];
    struct stat is;

    snprintf(path, sizeof path, "%s/log/data.mdb", damaged.dir);
    *fd = open(path, O_RDWR);
    assert_true(*fd >= 0);
    assert_int_equal(fstat(*fd, &is), 0);
    *bytes = malloc((size_t)is.st_size);
    assert_non_null(*bytes);
    assert_int_equal(pread(*fd, *bytes, (size_t)is.st_size, 0), is.st_size);
    return (size_t)is.st_size;
}

void damaged_put_checkpoint(const struct mu_head *head)
{
    mu_key *key = help_key(9);
    char note[MU_NOTE_BYTES_MAX];

    assert_int_equal(mu_checkpoint_sign(&damaged.id, head, key, note), MU_OK);
    assert_int_equal(mu_log_turn_begin(damaged.log), MU_OK);
    assert_int_equal(mu_log_turn_checkpoint(damaged.log, head->size,
                                            (struct mu_bytes){(const uint8_t *)note, strlen(note)}),
                     MU_OK);
    assert_int_equal(mu_log_turn_commit(damaged.log), MU_OK);
    mu_key_close(&key);
}
