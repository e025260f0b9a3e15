/* No room, and a disk that fails: refused whole and usable again, or stopped for good.
 *
 * This program stands between LMDB and the system: it defines the calls LMDB writes with, and lets
 * the n-th of them fail.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/record.h"

enum call { NO_CALL, WRITES, META, SYNCS };

static struct {
    enum call what;
    unsigned nth; /* counts down; at 1 the call fails */
    int error;    /* 0: cut short instead */
    bool hit;
    bool says_full; /* what statvfs says once hit */
} fault;

static void arm(enum call what, unsigned nth, int error)
{
    memset(&fault, 0, sizeof fault);
    fault.what = what;
    fault.nth = nth;
    fault.error = error;
}

static bool strikes(enum call what)
{
    if (fault.what != what || fault.nth == 0 || --fault.nth > 0)
        return false;
    fault.hit = true;
    errno = fault.error;
    return true;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    /* The two meta pages lie in front, and only they are written in part. */
    if (strikes(at < 8192 && size < 4096 ? META : WRITES)) {
        if (fault.error != 0)
            return -1;
        size /= 2;
    }
    return syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (strikes(WRITES)) {
        if (fault.error != 0)
            return -1;
        count /= 2;
    }
    return syscall(SYS_writev, fd, parts, count);
}

int fdatasync(int fd)
{
    return strikes(SYNCS) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fstatvfs(int fd, struct statvfs *out)
{
    struct statfs real;

    if (syscall(SYS_fstatfs, fd, &real) != 0)
        return -1;
    memset(out, 0, sizeof *out);
    out->f_frsize = (unsigned long)real.f_bsize;
    if (fault.says_full && fault.hit)
        return 0;
    out->f_bfree = real.f_bfree;
    out->f_bavail = real.f_bavail;
    return 0;
}

static struct help_record record;

static int make(void **state)
{
    (void)state;
    arm(NO_CALL, 0, 0);
    help_record_make(&record, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    arm(NO_CALL, 0, 0);
    help_record_remove(&record);
    return 0;
}

/* ---- quota, reserve, map --------------------------------------------------------------------- */

static void the_reserve_is_for_life_safety(void **state)
{
    const struct mu_log_options options = {.quota_bytes = 1u << 20, .reserve_bytes = 400u << 10};
    unsigned routine = 0, life = 0;

    (void)state;
    assert_int_equal(help_record_reopen(&record, &options), MU_OK);
    while (mu_log_room(record.log, MU_LANE_ROUTINE, 10000) == MU_OK) {
        assert_int_equal(help_record_turn(&record, 100), MU_OK);
        routine++;
    }
    assert_int_equal(mu_log_room(record.log, MU_LANE_URGENT, 10000), MU_E_FULL);
    while (mu_log_room(record.log, MU_LANE_LIFE, 10000) == MU_OK) {
        assert_int_equal(help_record_turn(&record, 100), MU_OK);
        life++;
    }
    assert_true(routine > 10);
    assert_true(life > 10);
    /* More room, as after an operator's act: no restart of the record is needed for that. */
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(mu_log_room(record.log, MU_LANE_ROUTINE, 10000), MU_OK);
    assert_int_equal(help_record_count(&record), 1 + 100 * (routine + life));
}

/* Room counts what the turn under way has put already. */
static void one_turn_cannot_run_past_the_quota(void **state)
{
    const struct mu_log_options options = {.quota_bytes = 300u << 10};
    struct help_batch *batch;
    uint64_t first;
    unsigned batches = 0;

    (void)state;
    record.author.body_bytes = 1000;
    assert_int_equal(help_record_reopen(&record, &options), MU_OK);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    while (mu_log_room(record.log, MU_LANE_ROUTINE, 20000) == MU_OK) {
        batch = help_seal(&record.author, 20);
        assert_int_equal(
            mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 1, NULL, &first), MU_OK);
        help_batch_free(&batch);
        batches++;
    }
    assert_in_range(batches, 5, 15);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(help_record_count(&record), 1 + 20 * batches);
}

/* The map itself runs out in the middle of a batch: the turn is refused whole, small ones go on. */
static void a_full_map_refuses_the_whole_turn(void **state)
{
    const struct mu_log_options options = {.map_bytes = 512u << 10};
    enum mu_err err = MU_OK;
    uint64_t held = 1;

    (void)state;
    assert_int_equal(help_record_reopen(&record, &options), MU_OK);
    record.author.body_bytes = 300;
    while ((err = help_record_turn(&record, 100)) == MU_OK)
        held += 100;
    assert_int_equal(err, MU_E_FULL);
    assert_true(held > 1);
    assert_int_equal(help_record_count(&record), held);
    assert_int_equal(help_record_turn(&record, 100), MU_E_FULL);
    assert_int_equal(help_record_count(&record), held);
    /* With a larger map it goes on as if nothing had been. */
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(help_record_turn(&record, 100), MU_OK);
    assert_int_equal(help_record_count(&record), held + 100);
}

/* ---- a disk that says no --------------------------------------------------------------------- */

/* Let the n-th write of a turn fail, for every n until the turn gets through. `error` 0: cut short,
 * which a full disk may do as well. */
static void fail_every_write(int error)
{
    uint64_t held;
    unsigned full = 0, stopped = 0, nth;

    /* Turns of many sizes leave free pages here and there: more writes to each later turn. */
    for (size_t i = 1; i <= 20; i++)
        assert_int_equal(help_record_turn(&record, i * 3 % 17 + 1), MU_OK);
    held = help_record_count(&record);
    for (nth = 1;; nth++) {
        enum mu_err err;

        arm(WRITES, nth, error);
        fault.says_full = error != EIO;
        err = help_record_turn(&record, 30);
        if (err == MU_OK && !fault.hit)
            break;
        arm(NO_CALL, 0, 0);
        if (err == MU_E_FULL) {
            full++; /* the handle still serves */
            assert_int_equal(help_record_count(&record), held);
            assert_int_equal(help_record_turn(&record, 3), MU_OK);
            held += 3;
        } else {
            assert_int_equal(err, MU_E_IO);
            assert_int_equal(mu_log_turn_begin(record.log), MU_E_IO);
            stopped++;
            assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
        }
        assert_int_equal(help_record_count(&record), held);
    }
    arm(NO_CALL, 0, 0);
    printf("# %u page writes failed: %u times full, %u times stopped\n", nth - 1, full, stopped);
    assert_int_equal(help_record_count(&record), held + 30);
    assert_true(error == EIO ? full == 0 && stopped >= 3 : stopped == 0 && full >= 3);
}

static void no_space_at_any_write_is_survived(void **state)
{
    (void)state;
    fail_every_write(ENOSPC);
}

static void a_write_cut_short_by_a_full_disk_is_survived(void **state)
{
    (void)state;
    fail_every_write(0);
}

static void an_io_error_at_any_write_stops_the_log(void **state)
{
    (void)state;
    fail_every_write(EIO);
}

/* Whatever the reason: LMDB cannot say any more which of the two meta pages holds. */
static void a_meta_page_that_cannot_be_written_stops_the_log(void **state)
{
    static const int errors[] = {EIO, ENOSPC, 0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint64_t held = help_record_count(&record);

        arm(META, 1, errors[i]);
        fault.says_full = true;
        assert_int_equal(help_record_turn(&record, 30), MU_E_IO);
        assert_true(fault.hit);
        arm(NO_CALL, 0, 0);
        assert_int_equal(mu_log_turn_begin(record.log), MU_E_IO);
        assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
        assert_int_equal(help_record_count(&record), held);
        assert_int_equal(help_record_turn(&record, 30), MU_OK);
    }
}

static void a_disk_known_to_be_full_is_not_written_to(void **state)
{
    struct help_batch *batch = help_seal(&record.author, 5);
    uint64_t first;

    (void)state;
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    arm(WRITES, 1, EIO);
    fault.says_full = fault.hit = true;
    assert_int_equal(mu_log_turn_commit(record.log), MU_E_FULL);
    assert_int_equal(fault.nth, 1); /* not one write was tried */
    assert_int_equal(mu_log_room(record.log, MU_LANE_LIFE, 100), MU_E_FULL);
    arm(NO_CALL, 0, 0);
    assert_int_equal(help_record_count(&record), 1);
    help_batch_free(&batch);
}

/* After a sync that failed nobody knows what the disk holds. LMDB itself would go on; we do not. */
static void nothing_is_accepted_after_a_failed_sync(void **state)
{
    uint64_t held;

    (void)state;
    assert_int_equal(help_record_turn(&record, 300), MU_OK);
    held = help_record_count(&record);
    arm(SYNCS, 1, EIO);
    assert_int_equal(help_record_turn(&record, 30), MU_E_IO);
    assert_true(fault.hit);
    arm(NO_CALL, 0, 0);
    assert_int_equal(help_record_turn(&record, 30), MU_E_IO);
    assert_int_equal(mu_log_turn_begin(record.log), MU_E_IO);
    assert_int_equal(help_record_count(&record), held); /* reading goes on */
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(help_record_count(&record), held);
    assert_int_equal(help_record_turn(&record, 30), MU_OK);
}

/* The control: without a fault these very calls are made, so the shim stands where it should. */
static void the_shim_sees_every_commit(void **state)
{
    (void)state;
    arm(SYNCS, 1000, EIO);
    assert_int_equal(help_record_turn(&record, 1), MU_OK);
    assert_int_equal(fault.nth, 999);
    arm(WRITES, 1000, EIO);
    assert_int_equal(help_record_turn(&record, 1), MU_OK);
    assert_true(fault.nth <= 999);
}

/* ---- a real small disk ----------------------------------------------------------------------- */

#define NO_MOUNT 77
#define SURE(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            printf("# line %d: " #cond "\n", __LINE__);                                            \
            fflush(stdout);                                                                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* Something else fills the disk to the last byte, then makes room. */
static void fill(const char *path)
{
    static const char page[4096];
    FILE *file = fopen(path, "w");

    SURE(file != NULL);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(page, 1, sizeof page, file) == sizeof page)
        ;
    fclose(file);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        _exit(NO_MOUNT);
    fputs(text, file);
    fclose(file);
}

/* A view of the file systems of our own; without root by way of a user namespace, where one is let. */
static void leave_the_others(void)
{
    char users[64], groups[64];

    snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
            _exit(NO_MOUNT);
        write_text("/proc/self/setgroups", "deny");
        write_text("/proc/self/uid_map", users);
        write_text("/proc/self/gid_map", groups);
    }
    (void)mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static void live_on_a_small_disk(const char *where)
{
    static const char *const sizes[] = {"size=5m", "size=7m", "size=9m"};
    char other[200];
    uint64_t held = 1;
    enum mu_err err;

    leave_the_others();
    if (mount("tmpfs", where, "tmpfs", 0, "size=3m") != 0)
        _exit(NO_MOUNT);
    SURE(setenv("TMPDIR", where, 1) == 0);
    snprintf(other, sizeof other, "%s/other", where);
    help_record_make(&record, NULL);
    record.author.body_bytes = 400;
    for (int round = 0; round < 3; round++) {
        while ((err = help_record_turn(&record, 50)) == MU_OK)
            held += 50;
        SURE(err == MU_E_FULL);
        SURE(help_record_count(&record) == held);
        if (round == 0)
            fill(other);
        SURE(help_record_turn(&record, 50) == MU_E_FULL);
        SURE(help_record_count(&record) == held);
        if (round == 0)
            SURE(remove(other) == 0);
        /* Room again, without closing anything. */
        SURE(mount(NULL, where, NULL, MS_REMOUNT, sizes[round]) == 0);
        SURE(help_record_turn(&record, 50) == MU_OK);
        held += 50;
    }
    SURE(help_record_reopen(&record, NULL) == MU_OK);
    SURE(help_record_count(&record) == held);
    help_record_remove(&record);
    _exit(0);
}

static void a_small_disk_fills_and_is_freed_without_a_restart(void **state)
{
    char where[] = "/tmp/muster-small-XXXXXX";
    int status = 0;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(where));
    fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        live_on_a_small_disk(where);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(rmdir(where), 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NO_MOUNT) {
        printf("# no small file system can be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_reserve_is_for_life_safety, make, drop),
        cmocka_unit_test_setup_teardown(one_turn_cannot_run_past_the_quota, make, drop),
        cmocka_unit_test_setup_teardown(a_full_map_refuses_the_whole_turn, make, drop),
        cmocka_unit_test_setup_teardown(no_space_at_any_write_is_survived, make, drop),
        cmocka_unit_test_setup_teardown(a_write_cut_short_by_a_full_disk_is_survived, make, drop),
        cmocka_unit_test_setup_teardown(an_io_error_at_any_write_stops_the_log, make, drop),
        cmocka_unit_test_setup_teardown(a_meta_page_that_cannot_be_written_stops_the_log, make,
                                        drop),
        cmocka_unit_test_setup_teardown(a_disk_known_to_be_full_is_not_written_to, make, drop),
        cmocka_unit_test_setup_teardown(nothing_is_accepted_after_a_failed_sync, make, drop),
        cmocka_unit_test_setup_teardown(the_shim_sees_every_commit, make, drop),
        cmocka_unit_test(a_small_disk_fills_and_is_freed_without_a_restart),
    };

    return cmocka_run_group_tests_name("full", tests, NULL, NULL);
}
