#include "replay/epochs.h"

#include <inttypes.h>

#include "proto/base/text.h"
#include "proto/words/words.h"

/* Stretches named one by one; beyond that their number would tell nobody more. */
#define STRETCHES_MAX 64u

static void say(FILE *out, enum mu_lang lang, enum mu_word word, const char *const *args,
                size_t count)
{
    char line[4096];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, lang), args, count);
    fprintf(out, "%s\n", line);
}

/* "51-53, 60"; false: nothing is missing. */
static bool list_lost(const struct mu_breaks *breaks, const struct mu_break *at,
                      struct mu_text *text)
{
    uint64_t first = 1, last;
    size_t count = 0;

    for (; mu_breaks_lost(breaks, at, &first, &last); first = last + 1) {
        if (++count > STRETCHES_MAX) {
            mu_text_add(text, ", ...");
            break;
        }
        mu_text_addf(text, "%s%" PRIu64, count > 1 ? ", " : "", first);
        if (last > first)
            mu_text_addf(text, "-%" PRIu64, last);
    }
    return count > 0;
}

static void print_one(FILE *out, enum mu_lang lang, const struct mu_breaks *breaks,
                      const struct mu_break *at)
{
    char epoch[16], first[24], kept[24], returned[24], size[24], of[16], lost[2048] = "";
    const char *begun[] = {epoch, first, kept, returned};
    const char *head[] = {size, of};
    const char *missing[] = {lost, of};
    struct mu_text text = mu_text(lost, sizeof lost);

    snprintf(epoch, sizeof epoch, "%" PRIu32, at->epoch);
    snprintf(first, sizeof first, "%" PRIu64, at->first);
    snprintf(kept, sizeof kept, "%" PRIu64, at->kept);
    snprintf(returned, sizeof returned, "%" PRIu64, at->returned);
    snprintf(size, sizeof size, "%" PRIu64, at->foreign_size);
    snprintf(of, sizeof of, "%" PRIu32, at->foreign_epoch);
    say(out, lang, MU_W_VERIFY_EPOCH, begun, 4);
    if (at->foreign_size == 0) {
        say(out, lang, MU_W_VERIFY_EPOCH_UNKNOWN, NULL, 0);
        return;
    }
    say(out, lang, MU_W_VERIFY_EPOCH_HEAD, head, 2);
    if (list_lost(breaks, at, &text))
        say(out, lang, MU_W_VERIFY_EPOCH_LOST, missing, 2);
    else
        say(out, lang, MU_W_VERIFY_EPOCH_ALL, NULL, 0);
}

void mu_epochs_print(FILE *out, enum mu_lang lang, const struct mu_breaks *breaks)
{
    for (size_t i = 0; i < breaks->count; i++)
        print_one(out, lang, breaks, &breaks->at[i]);
}

static void json_lost(FILE *out, const struct mu_breaks *breaks, const struct mu_break *at)
{
    uint64_t first = 1, last;
    const char *before = "";

    for (; mu_breaks_lost(breaks, at, &first, &last); first = last + 1) {
        fprintf(out, "%s{\"first\":\"%" PRIu64 "\",\"last\":\"%" PRIu64 "\"}", before, first, last);
        before = ",";
    }
}

void mu_epochs_json(FILE *out, const struct mu_breaks *breaks)
{
    fprintf(out, ",\"epochs\":[");
    for (size_t i = 0; i < breaks->count; i++) {
        const struct mu_break *at = &breaks->at[i];

        fprintf(out,
                "%s{\"epoch\":%" PRIu32 ",\"first\":\"%" PRIu64 "\",\"kept\":\"%" PRIu64
                "\",\"foreignEpoch\":%" PRIu32 ",\"foreignSize\":\"%" PRIu64
                "\",\"returned\":\"%" PRIu64 "\",\"lost\":[",
                i == 0 ? "" : ",", at->epoch, at->first, at->kept, at->foreign_epoch,
                at->foreign_size, at->returned);
        json_lost(out, breaks, at);
        fprintf(out, "]}");
    }
    fprintf(out, "]");
}
