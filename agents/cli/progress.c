#include "agents/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/talk.h"

#define PATIENCE_MS 2000
#define PAUSE_MS 200
#define LINE_BYTES 256u

void mu_progress_begin(struct mu_progress *progress, const struct mu_cli *cli)
{
    const char *term = getenv("TERM");
    bool can = term != NULL && strcmp(term, "dumb") != 0; /* one that can take a line back */

    *progress = (struct mu_progress){.cli = cli,
                                     .since_ms = mu_talk_machine_ms(),
                                     .wanted = can && !cli->quiet && isatty(STDERR_FILENO) != 0};
}

void mu_progress_step(struct mu_progress *progress, uint64_t done, uint64_t of)
{
    char line[LINE_BYTES], number[32], head[32];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[] = {number, head};
    int64_t now_ms;

    if (!progress->wanted)
        return;
    now_ms = mu_talk_machine_ms();
    if (now_ms - progress->since_ms < PATIENCE_MS || now_ms - progress->shown_ms < PAUSE_MS)
        return;
    progress->shown_ms = now_ms;
    progress->shown = true;
    snprintf(number, sizeof number, "%" PRIu64, done);
    snprintf(head, sizeof head, "%" PRIu64, of);
    mu_words_fill(&text, mu_word(of > 0 ? MU_W_PROGRESS_OF : MU_W_PROGRESS, progress->cli->lang),
                  args, 2);
    fprintf(stderr, "\r\033[K%s", line);
    fflush(stderr);
}

void mu_progress_end(struct mu_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
