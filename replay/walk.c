#include "replay/walk.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 2000
#define PAUSE_MS 200

struct walk {
    const struct mu_verify_options *options;
    mu_piece_fn *take;
    void *user;
    uint64_t entries;
    int64_t shown_ms;
    bool wanted, shown;
};

static volatile sig_atomic_t stopped;
static int64_t
    begun_ms; /* the second walk of a question goes on waiting where the first left off */

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static int64_t machine_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void mu_walk_listen(void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};

    begun_ms = machine_ms();
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

/* One that can take a line back. */
static bool has_terminal(void)
{
    const char *term = getenv("TERM");

    return term != NULL && strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO) != 0;
}

static void show(struct walk *walk)
{
    char number[24], line[128];
    const char *args[] = {number};
    struct mu_text text = mu_text(line, sizeof line);
    int64_t now_ms = machine_ms();

    if (now_ms - begun_ms < PATIENCE_MS || now_ms - walk->shown_ms < PAUSE_MS)
        return;
    walk->shown_ms = now_ms;
    walk->shown = true;
    snprintf(number, sizeof number, "%" PRIu64, walk->entries);
    mu_words_fill(&text, mu_word(MU_W_REPLAY_PROGRESS, walk->options->lang), args, 1);
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
}

static enum mu_err take_piece(void *user, const struct mu_piece *piece)
{
    struct walk *walk = user;

    if (stopped)
        return MU_E_STOPPED;
    if (piece->kind == MU_PIECE_BATCH)
        walk->entries += piece->batch.seal.count;
    if (walk->wanted)
        show(walk);
    return walk->take(walk->user, piece);
}

enum mu_err mu_walk(const char *path, const struct mu_verify_options *options, mu_piece_fn *take,
                    void *user)
{
    struct walk walk = {.options = options, .take = take, .user = user, .wanted = has_terminal()};
    enum mu_err err = mu_source_walk(path, take_piece, &walk);

    if (walk.shown)
        fputs("\r\033[K", stderr);
    return err;
}
