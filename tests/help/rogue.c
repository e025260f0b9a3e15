#include "tests/help/rogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void honest_submits(struct scene *s)
{
    struct mu_bytes body;
    struct help_batch *batch;

    mu_arena_reset(&s->words.arena);
    body = founded_report(&s->words, ++s->reports);
    batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
    caller_submit(&s->em, 1, batch);
    help_batch_free(&batch);
}

void honest_is_answered(struct scene *s)
{
    caller_hear(&s->em);
    assert_int_equal(s->em.heard.type, MU_FRAME_ACCEPTED);
    assert_int_equal(s->em.heard.as.accepted.refusals, 0);
    s->entries++;
}

void rogue_greet(struct scene *s, struct caller *c)
{
    caller_connect(c, &s->house);
    assert_int_equal(caller_hello(c), MU_FRAME_WELCOME);
}

int rogue_open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_non_null(s->room = malloc(2 * MU_FRAME_BYTES_MAX));
    served_open(&s->house, "step", NULL);
    s->words.arena = mu_arena_make((size_t)64 << 20);
    caller_admin(&s->admin, &s->house);
    rogue_greet(s, &s->admin);
    caller_make(&s->em, &s->house, HONEST_SEED);
    caller_make(&s->rogue, &s->house, ROGUE_SEED);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    served_enrol(&s->house, &s->admin, &s->rogue, "EM", "emergency_management");
    rogue_greet(s, &s->em);
    rogue_greet(s, &s->rogue);
    s->instance = 1;
    s->entries = 3; /* genesis and two enrolments */
    honest_submits(s);
    honest_is_answered(s);
    *state = s;
    return 0;
}

int rogue_close_scene(void **state)
{
    struct scene *s = *state;

    caller_close(&s->admin);
    caller_close(&s->em);
    caller_close(&s->rogue);
    served_close(&s->house);
    mu_arena_free(&s->words.arena);
    free(s->room);
    free(s);
    return 0;
}

void rogue_memory_has_not_grown(struct scene *s, size_t before)
{
    size_t after = served_memory(&s->house);

    print_message("# musterd: %zu KiB before, %zu KiB after\n", before >> 10, after >> 10);
    if (after > before + MEMORY_MAX)
        fail_msg("musterd grew from %zu to %zu bytes", before, after);
}

void rogue_record_stands(struct scene *s)
{
    char line[512], all[4096] = "", wanted[64];
    const char *build = getenv("B");
    FILE *out;

    snprintf(line, sizeof line, "%s/muster-replay verify %s 2>&1", build != NULL ? build : "build",
             s->house.dir);
    assert_non_null(out = popen(line, "r"));
    all[fread(all, 1, sizeof all - 1, out)] = '\0';
    if (pclose(out) != 0)
        fail_msg("verify says: %s", all);
    snprintf(wanted, sizeof wanted, "OK  %llu entries", (unsigned long long)s->entries);
    if (strncmp(all, wanted, strlen(wanted)) != 0)
        fail_msg("wanted %s, verify says: %s", wanted, all);
}

void rogue_can_be_acted_on(uint16_t code)
{
    for (int lang = MU_LANG_EN; lang <= MU_LANG_ZH; lang++) {
        assert_true(strlen(mu_err_sentence((enum mu_err)code, (enum mu_lang)lang)) > 5);
        assert_true(strlen(mu_err_remedy((enum mu_err)code, (enum mu_lang)lang)) > 5);
    }
    assert_string_not_equal(mu_err_code((enum mu_err)code), "MU-?");
}
