/* A bit that fell over anywhere in the file makes no wrong entry look right, whatever LMDB does about it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/damaged.h"

/* In a process of its own: LMDB trusts its own page structure and may fall over it. What must not
 * happen is that a wrong entry is handed out as good. 0: nothing wrong was served. */
#define WRONG_SERVED 42

static int serve_what_is_left(void)
{
    struct mu_stored stored;
    uint64_t size;
    int wrong = 0;

    if (damaged_reopen_read_only() != MU_OK)
        return 0;
    size = damaged_size();
    for (uint64_t n = 2; n <= size && n <= 2001; n += 10) {
        if (damaged_read_batch(n, MU_VIEW_AGAIN, &stored) != MU_OK)
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
    damaged_append(200, 10);
    mu_log_close(&damaged.log);
    size = damaged_read_file(&bytes, &fd);
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
    assert_int_equal(damaged_size(), 2001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_flip_anywhere_makes_a_wrong_entry_look_right,
                                        damaged_make, damaged_drop),
    };

    return cmocka_run_group_tests_name("flip", tests, NULL, NULL);
}
