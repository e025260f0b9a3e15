/* A full disk refuses a say whole and is usable again; a disk that fails ends the spool for good.
 *
 * This program stands between LMDB and the system: it lets the calls LMDB writes with fail.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/sdk/spool.h"
#include "tests/help/keys.h"

static int write_error, sync_error; /* errno every such call fails with; 0: none */
static bool cut_short;              /* writes are cut, as a full disk cuts the last one */

static bool strikes(int error)
{
    errno = error;
    return error != 0;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    if (strikes(write_error))
        return -1;
    return syscall(SYS_pwrite64, fd, data, cut_short ? size / 2 : size, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    if (strikes(write_error))
        return -1;
    return syscall(SYS_pwritev, fd, parts, cut_short ? count / 2 : count, at, 0);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (strikes(write_error))
        return -1;
    return syscall(SYS_writev, fd, parts, cut_short ? count / 2 : count);
}

int fdatasync(int fd)
{
    return strikes(sync_error) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    memset(out, 0, sizeof *out);
    out->f_frsize = 4096;
    out->f_bfree = out->f_bavail = cut_short ? 0 : 1u << 20;
    return 0;
}

static char dir[64];
static mu_spool *spool;
static mu_key *key;
static struct mu_signer signer;

static int make(void **state)
{
    (void)state;
    write_error = sync_error = 0;
    cut_short = false;
    snprintf(dir, sizeof dir, "/tmp/muster-full-XXXXXX");
    assert_non_null(mkdtemp(dir));
    key = help_key(3);
    signer.key = key;
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    return 0;
}

static int drop(void **state)
{
    char command[128];

    (void)state;
    write_error = sync_error = 0;
    cut_short = false;
    mu_spool_close(&spool);
    mu_key_close(&key);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static enum mu_err say(struct mu_kept *kept)
{
    static const uint8_t words[300];
    const struct mu_draft draft = {.body = {words, sizeof words}, .lane = 1};

    return mu_spool_say(spool, &signer, &draft, 1, kept);
}

static void fill_then_free(void)
{
    struct mu_kept kept;

    assert_int_equal(say(&kept), MU_E_FULL);
    assert_int_equal(mu_spool_unsettled(spool), 1); /* refused means: not there, not half there */
    assert_int_equal(mu_queue_count(mu_spool_queue(spool, 1)), 1);
    write_error = 0;
    cut_short = false;
    assert_int_equal(say(&kept), MU_OK); /* room again: no restart needed */
    assert_int_equal(kept.sequence, 2);
    mu_spool_close(&spool);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    assert_int_equal(mu_spool_unsettled(spool), 2);
}

static void a_full_disk_refuses_whole(void **state)
{
    struct mu_kept kept;

    (void)state;
    assert_int_equal(say(&kept), MU_OK);
    write_error = ENOSPC;
    fill_then_free();
}

static void so_does_one_that_cuts_the_last_write_short(void **state)
{
    struct mu_kept kept;

    (void)state;
    assert_int_equal(say(&kept), MU_OK);
    cut_short = true;
    fill_then_free();
}

/* After a failed sync nobody knows what is on the disk: nothing more is claimed in this process. */
static void a_failed_sync_is_never_tried_again(void **state)
{
    struct mu_kept kept;

    (void)state;
    assert_int_equal(say(&kept), MU_OK);
    sync_error = EIO;
    assert_int_equal(say(&kept), MU_E_IO);
    sync_error = 0;
    assert_int_equal(say(&kept), MU_E_IO);
    mu_spool_close(&spool);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    assert_true(mu_spool_unsettled(spool) >= 1);
    assert_int_equal(say(&kept), MU_OK);
}

static void control_without_a_fault_it_is_kept(void **state)
{
    struct mu_kept kept;

    (void)state;
    assert_int_equal(say(&kept), MU_OK);
    assert_int_equal(mu_spool_unsettled(spool), 1);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(a_full_disk_refuses_whole),
        STORY(so_does_one_that_cuts_the_last_write_short),
        STORY(a_failed_sync_is_never_tried_again),
        STORY(control_without_a_fault_it_is_kept),
    };

    return cmocka_run_group_tests_name("full", stories, NULL, NULL);
}
