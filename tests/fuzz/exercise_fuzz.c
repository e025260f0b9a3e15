/* The two files of an exercise: whatever the bytes, they are read or refused. The first byte says which
 * file it is: 'r' a reference, anything else a script of a small county. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "agents/player/event.c"
#include "agents/player/hours.c"
#include "agents/player/mistake.c"
#define mistaken mistaken_in_script
#include "agents/player/script.c"
#undef mistaken
#include "agents/player/reference.c"
#include "agents/player/tree.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char county[] =
    "county: {en: A}\narea: zz/01\noffset: \"+00:00\"\nstart: 2032-03-02T09:10\nrate: 60\n"
    "agencies: [{code: EM, name: {en: E}}]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_bytes small = {(const uint8_t *)county, sizeof county - 1};
    struct mu_play play = {.reference_file = "r", .script_file = "s"};
    struct mu_mistake mistake = {.file = "r"};

    if (size == 0)
        return 0;
    struct mu_bytes rest = {data + 1, size - 1};
    enum mu_err err = mu_reference_read(data[0] == 'r' ? rest : small, &play.reference, &mistake);
    if (err == MU_OK && data[0] != 'r')
        err = mu_script_read(rest, &play.reference.hours, &play.script, &mistake);
    if (err == MU_OK)
        err = mu_play_check(&play, &mistake);
    if (err != MU_OK) {
        char told[2048];
        struct mu_text text = mu_text(told, sizeof told);

        mu_mistake_tell(&mistake, MU_LANG_ZH, &text);
    }
    mu_script_free(&play.script);
    mu_reference_free(&play.reference);
    return 0;
}
