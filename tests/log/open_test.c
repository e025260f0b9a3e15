/* Who may open a record, and where: one writer, once per process, on a local disk. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <lmdb.h>

#include "proto/sign/digest.h"
#include "tests/help/record.h"

static struct help_record record;
static long pretend_type; /* 0: what the system says */

/* Stands before the system's call: on which file system the record lies. */
int fstatfs(int fd, struct statfs *out)
{
    int rc = (int)syscall(SYS_fstatfs, fd, out);

    if (rc == 0 && pretend_type != 0)
        out->f_type = pretend_type;
    return rc;
}

static int make(void **state)
{
    (void)state;
    pretend_type = 0;
    help_record_make(&record, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    pretend_type = 0;
    help_record_remove(&record);
    return 0;
}

static void what_is_not_there_is_absent(void **state)
{
    mu_log *log = NULL;
    char path[256];
    struct stat is;

    (void)state;
    assert_int_equal(mu_log_open("/nowhere/at/all", NULL, &log), MU_E_ABSENT);
    assert_int_equal(mu_log_open("/tmp", NULL, &log), MU_E_ABSENT);
    assert_null(log);
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    assert_int_equal(remove(path), 0);
    assert_int_equal(mu_log_open(record.dir, NULL, &log), MU_E_ABSENT);
    assert_int_not_equal(stat(path, &is), 0); /* asking made nothing */
}

static void a_record_is_opened_once_in_a_process(void **state)
{
    const struct mu_log_options reading = {.read_only = true};
    mu_log *second = NULL;
    char other[256];

    (void)state;
    assert_int_equal(mu_log_open(record.dir, NULL, &second), MU_E_IN_USE);
    assert_int_equal(mu_log_open(record.dir, &reading, &second), MU_E_IN_USE);
    /* By whatever name. */
    snprintf(other, sizeof other, "%s/log/..", record.dir);
    assert_int_equal(mu_log_open(other, NULL, &second), MU_E_IN_USE);
    assert_null(second);
    assert_int_equal(help_record_turn(&record, 3), MU_OK); /* the first is none the worse */
    mu_log_close(&record.log);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    assert_int_equal(help_record_count(&record), 4);
}

/* What another process may do while we write: 0 when everything is as it should be. */
static int open_beside(const char *dir)
{
    const struct mu_log_options reading = {.read_only = true};
    struct help_record theirs = {.author = {.seed = 7}};

    if (mu_log_open(dir, NULL, &theirs.log) != MU_E_IN_USE)
        return 1;
    if (mu_log_open(dir, &reading, &theirs.log) != MU_OK)
        return 2;
    if (mu_log_turn_begin(theirs.log) != MU_E_NOT_ALLOWED)
        return 3;
    if (help_record_count(&theirs) != 31)
        return 4;
    mu_log_close(&theirs.log);
    return 0;
}

static void there_is_one_writer_and_auditors_read_beside_it(void **state)
{
    int status = 0;
    pid_t pid;

    (void)state;
    assert_int_equal(help_record_turn(&record, 30), MU_OK);
    /* Another program, not a fork of this one: nothing here survives a fork. */
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/proc/self/exe", "open_test", "beside", record.dir, (char *)NULL);
        _exit(9);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(help_record_turn(&record, 3), MU_OK);
}

static void a_read_only_record_sees_later_turns(void **state)
{
    const struct mu_log_options reading = {.read_only = true};
    struct mu_head head;
    mu_view *view;
    int status = 0;
    pid_t pid;

    (void)state;
    assert_int_equal(help_record_turn(&record, 5), MU_OK);
    assert_int_equal(help_record_reopen(&record, &reading), MU_OK);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/proc/self/exe", "open_test", "append", record.dir, (char *)NULL);
        _exit(9);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    mu_view_head(view, &head);
    assert_int_equal(head.size, 26);
    mu_view_close(&view);
    assert_int_equal(help_record_count(&record), 6); /* the handle: as of the open */
}

static void remote_disks_are_refused(void **state)
{
    static const long remote[] = {0x6969, 0xFF534D42, 0xFE534D42, 0x01021997, 0x65735546};
    static const long local[] = {0xEF53, 0x58465342, 0x9123683E, 0x01021994};

    (void)state;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++) {
        pretend_type = remote[i];
        assert_int_equal(help_record_reopen(&record, NULL), MU_E_NOT_ALLOWED);
    }
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        pretend_type = local[i];
        assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    }
}

static void a_later_format_is_not_guessed_at(void **state)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi meta;
    char path[256];
    uint8_t row[6 + 4 + 32] = "format\0\0\0\2"; /* key, value, and its check behind it */
    struct mu_hash check;
    MDB_val k = {6, row}, v = {4 + 8, row + 6};

    (void)state;
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log", record.dir);
    mu_sha256(row, 10, &check);
    memcpy(row + 10, check.b, 8);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_open(env, path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &meta), 0);
    assert_int_equal(mdb_put(txn, meta, &k, &v, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_E_VERSION);
}

static void what_is_no_record_is_said_to_be_none(void **state)
{
    char path[256];
    FILE *file;

    (void)state;
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 4096; i++)
        fputs("nothing!", file);
    fclose(file);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_E_CORRUPT);
}

/* ---- programs this test starts of itself ----------------------------------------------------- */

static int append_beside(const char *dir)
{
    struct help_record theirs = {.now_ms = HELP_START_MS + 1000};

    if (mu_log_open(dir, NULL, &theirs.log) != MU_OK)
        return 1;
    help_author_open(&theirs.author, 8, mu_log_id(theirs.log), MU_LANE_URGENT);
    if (help_record_turn(&theirs, 20) != MU_OK)
        return 2;
    mu_log_close(&theirs.log);
    help_author_close(&theirs.author);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_not_there_is_absent, make, drop),
        cmocka_unit_test_setup_teardown(a_record_is_opened_once_in_a_process, make, drop),
        cmocka_unit_test_setup_teardown(there_is_one_writer_and_auditors_read_beside_it, make,
                                        drop),
        cmocka_unit_test_setup_teardown(a_read_only_record_sees_later_turns, make, drop),
        cmocka_unit_test_setup_teardown(remote_disks_are_refused, make, drop),
        cmocka_unit_test_setup_teardown(a_later_format_is_not_guessed_at, make, drop),
        cmocka_unit_test_setup_teardown(what_is_no_record_is_said_to_be_none, make, drop),
    };

    if (argc == 3 && strcmp(argv[1], "beside") == 0)
        return open_beside(argv[2]);
    if (argc == 3 && strcmp(argv[1], "append") == 0)
        return append_beside(argv[2]);
    return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
