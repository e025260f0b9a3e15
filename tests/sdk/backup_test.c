/* Backups and restoring, killed at any moment: nothing is there or all of it, and no byte of a backup may be another. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/ruin.h"

extern char **environ;

/* musterd with these arguments, killed after a while. */
static void command_is_killed(char *const argv[], unsigned delay_us)
{
    const char *build = getenv("B");
    posix_spawn_file_actions_t actions;
    char program[256];
    pid_t pid;
    int status;

    snprintf(program, sizeof program, "%s/musterd", build != NULL ? build : "build");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    usleep(delay_us);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static bool has_log(void)
{
    char path[200];

    snprintf(path, sizeof path, "%s/log/data.mdb", ruin.county.dir);
    return access(path, F_OK) == 0;
}

/* Killed while it restores: nothing is there, or all of it. Killed as it begins the epoch: it began, or
 * the next start begins it. */
static void killed_at_any_point_it_goes_on(void **state)
{
    char name[200], nowhere[200];
    char *restoring[] = {"musterd", "restore", "--dir", ruin.county.dir, "--from", name, NULL};
    char *serving[] = {"musterd", "--dir", ruin.county.dir, "--endpoint", nowhere, NULL};

    (void)state;
    snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", ruin.county.dir);
    ruin_say(50);
    ruin_back_up("fifty");
    ruin_say(20);
    ruin_burn();
    snprintf(name, sizeof name, "%s/fifty", ruin.county.dir);
    for (unsigned delay_us = 0; !has_log(); delay_us += 700)
        command_is_killed(restoring, delay_us);
    for (unsigned delay_us = 0; delay_us < 24000; delay_us += 3000)
        command_is_killed(serving, delay_us);
    served_start(&ruin.county);
    ruin.epoch = 2;
    ruin_until_at_rest();
    ruin_check_said(0, 0);
    ruin_check_order(false);
    ruin_verify(0);
    assert_int_equal(ruin_openings(), 1);
}

static void a_backup_cut_short_has_no_name(void **state)
{
    char path[200];
    char *backing_up[] = {"musterd", "backup", "--dir", ruin.county.dir, "--to", path, NULL};

    (void)state;
    ruin_say(30);
    snprintf(path, sizeof path, "%s/cut", ruin.county.dir);
    for (unsigned delay_us = 0; access(path, F_OK) != 0; delay_us += 500)
        command_is_killed(backing_up, delay_us);
    assert_int_equal(served_command(&ruin.county, "restore --check --from %s/cut"), 0);
}

static void a_byte_changed_is_refused(void **state)
{
    char path[200], other[200];
    static uint8_t bytes[1 << 20];
    size_t size;
    FILE *file;

    (void)state;
    ruin_say(10);
    ruin_back_up("whole");
    snprintf(path, sizeof path, "%s/whole", ruin.county.dir);
    snprintf(other, sizeof other, "%s/broken", ruin.county.dir);
    assert_non_null(file = fopen(path, "rb"));
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t at = 3; at < size; at += size / 41) {
        bytes[at] ^= 0x20;
        assert_non_null(file = fopen(other, "wb"));
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        fclose(file);
        bytes[at] ^= 0x20;
        assert_int_equal(served_command(&ruin.county, "restore --dir %s/new --from %s/broken"), 6);
    }
    assert_int_equal(served_command(&ruin.county, "restore --dir %s --from %s/whole"),
                     1); /* in use */
    assert_int_equal(served_command(&ruin.county, "restore --dir %s/new --from %s/whole"), 0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, ruin_make, ruin_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(killed_at_any_point_it_goes_on),
        STORY(a_backup_cut_short_has_no_name),
        STORY(a_byte_changed_is_refused),
    };

    cmocka_set_test_filter(getenv("MUSTER_STORY")); /* one of them: a pattern */
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
