/* The control for the flags: this program carries an environment that would not sync, and a start has
 * to notice. The one line that differs is switched on in broker/log/env.c itself. */
#define MU_CONTROL_NOSYNC 1
/* NOLINTNEXTLINE(bugprone-suspicious-include): the same code, but for the switch */
#include "broker/log/env.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/help/seal_batch.h"

static void a_record_that_would_not_sync_is_not_opened(void **state)
{
    char dir[] = "/tmp/muster-nosync-XXXXXX";
    char path[128];
    struct help_author founder;
    struct help_batch *genesis;
    mu_log *log = NULL;

    (void)state;
    assert_non_null(mkdtemp(dir));
    help_author_open(&founder, 1, NULL, MU_LANE_LIFE);
    genesis = help_seal(&founder, 1);
    assert_int_equal(mu_log_create(dir, &genesis->batch, 1, 1), MU_E_NOT_ALLOWED);
    assert_int_equal(mu_log_open(dir, NULL, &log), MU_E_NOT_ALLOWED);
    assert_null(log);
    help_batch_free(&genesis);
    help_author_close(&founder);
    for (int i = 0; i < 3; i++) {
        static const char *const left[] = {"/log/data.mdb", "/log/lock.mdb", "/log"};

        snprintf(path, sizeof path, "%s%s", dir, left[i]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(remove(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_would_not_sync_is_not_opened),
    };

    return cmocka_run_group_tests_name("nosync", tests, NULL, NULL);
}
