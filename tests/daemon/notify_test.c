/* What a service manager hears of musterd: that it serves, that it is alive, that it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/served.h"

struct manager {
    int fd;
    struct sockaddr_un address;
};

static int open_manager(void **state)
{
    struct manager *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->address.sun_family = AF_UNIX;
    snprintf(m->address.sun_path, sizeof m->address.sun_path, "/tmp/muster-notify-%d", getpid());
    m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(m->fd >= 0);
    assert_int_equal(bind(m->fd, (struct sockaddr *)&m->address, sizeof m->address), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", m->address.sun_path, 1), 0);
    *state = m;
    return 0;
}

static int close_manager(void **state)
{
    struct manager *m = *state;

    unsetenv("NOTIFY_SOCKET");
    unlink(m->address.sun_path);
    close(m->fd);
    free(m);
    return 0;
}

static void hears(struct manager *m, const char *what)
{
    char state[64];
    ssize_t length = recv(m->fd, state, sizeof state - 1, 0);

    assert_true(length > 0);
    state[length] = '\0';
    assert_string_equal(state, what);
}

static void the_manager_hears_how_it_is(void **state)
{
    struct manager *m = *state;
    struct served house;

    served_open(&house, "step", NULL);
    hears(m, "READY=1");
    hears(m, "WATCHDOG=1");
    assert_int_equal(served_stop(&house), 0);
    for (char s[64] = ""; strncmp(s, "STOPPING=1", 10) != 0;)
        assert_true(recv(m->fd, s, sizeof s, 0) > 0);
    served_close(&house);
}

/* It serves whether or not anybody listens. */
static void a_manager_that_is_gone_changes_nothing(void **state)
{
    struct manager *m = *state;
    struct served house;

    unlink(m->address.sun_path);
    served_open(&house, "step", NULL);
    assert_int_equal(served_stop(&house), 0);
    served_close(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_manager_hears_how_it_is, open_manager, close_manager),
        cmocka_unit_test_setup_teardown(a_manager_that_is_gone_changes_nothing, open_manager,
                                        close_manager),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
