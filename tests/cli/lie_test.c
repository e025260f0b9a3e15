/* A broker that lies: `muster verify` says where, exit 6; `muster say` does not believe its yes. The
 * broker runs in this story, the program under test beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/help/seat.h"

static struct help_broker *broker;
static struct help_seat em;
static char output[16384];

static bool settled(void *user)
{
    (void)user;
    return em.agent != NULL && mu_agent_unsettled(em.agent) == 0;
}

static int open_county(void **state)
{
    static const char *const words[] = {"one", "two", "three", "four", "five"};

    (void)state;
    broker = help_broker_open();
    help_seat_make(&em, broker);
    help_broker_enrol(broker, em.dir);
    help_seat_open(&em, false);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        help_seat_say(&em, words[i], NULL);
    help_until(settled, NULL, broker, &em, NULL);
    help_seat_close(&em); /* its directory stays: the program opens it next */
    return 0;
}

static int close_county(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_broker_close(&broker);
    return 0;
}

static void run_child(const char *file, char *const *argv)
{
    const char *build = getenv("B");
    char program[4096];
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    snprintf(program, sizeof program, "%s/muster", build == NULL ? "build" : build);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    setenv("LC_ALL", "C.UTF-8", 1);
    execv(program, argv);
    _exit(127);
}

static void read_output(const char *file)
{
    FILE *in = fopen(file, "re");

    assert_non_null(in);
    output[fread(output, 1, sizeof output - 1, in)] = '\0';
    fclose(in);
    unlink(file);
}

/* Runs `muster ...` on EM's directory while the broker goes on; its exit status. */
static int muster(const char *first, const char *second, const char *third)
{
    char file[160];
    char *argv[] = {"muster",      "--dir",        em.dir,        "--timeout", "20",
                    (char *)first, (char *)second, (char *)third, NULL};
    int status;

    snprintf(file, sizeof file, "%s.out", em.dir);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_child(file, argv);
    while (waitpid(child, &status, WNOHANG) == 0)
        help_broker_turn(broker, 5);
    assert_true(WIFEXITED(status));
    read_output(file);
    return WEXITSTATUS(status);
}

static void an_honest_record_verifies(void **state)
{
    (void)state;
    assert_int_equal(muster("verify", NULL, NULL), 0);
    assert_non_null(strstr(output, "OK "));
    assert_non_null(strstr(output, "0 gaps"));
}

static void every_lie_about_the_record_is_damage(void **state)
{
    static const enum help_lie lies[] = {HELP_LIE_BODY, HELP_LIE_GAP, HELP_LIE_HEAD, HELP_LIE_SEAL,
                                         HELP_LIE_NOTE};

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        broker->lie = lies[i];
        int status = muster("verify", NULL, NULL);

        if (status != 6 || strstr(output, "OK ") != NULL)
            fail_msg("lie %d: exit %d: %s", (int)lies[i], status, output);
    }
    broker->lie = HELP_HONEST;
    assert_int_equal(muster("verify", NULL, NULL), 0);
}

static void a_yes_that_is_not_proved_is_none_and_what_was_said_is_kept(void **state)
{
    static const enum help_lie lies[] = {HELP_LIE_PROOF, HELP_LIE_NUMBER, HELP_LIE_TIME};

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        broker->lie = lies[i];
        int status = muster("say", "field_report", "words=doubtful");

        if (status != 6 || strstr(output, "accepted") != NULL)
            fail_msg("lie %d: exit %d: %s", (int)lies[i], status, output);
    }
    broker->lie = HELP_HONEST;
    assert_int_equal(muster("say", "field_report", "words=sure"), 0);
    assert_non_null(strstr(output, "accepted"));
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest stories[] = {
        STORY(an_honest_record_verifies),
        STORY(every_lie_about_the_record_is_damage),
        STORY(a_yes_that_is_not_proved_is_none_and_what_was_said_is_kept),
    };

    return cmocka_run_group_tests_name("lie", stories, NULL, NULL);
}
