/* Any line a person may type: cut into words, read, filled, resolved, and what is left is packed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/say.h"

#define LINE_MAX_BYTES 8192u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum mu_err know(void *user, uint32_t kind, const char *object, uint32_t *version,
                        struct mu_hash *leaf)
{
    (void)user;
    (void)kind;
    if (object[0] == '0')
        return MU_E_ABSENT;
    *version = *version == 0 ? 7 : *version;
    *leaf = (struct mu_hash){{1}};
    return MU_OK;
}

static void help_with(const struct mu_saying *said, const struct mu_fault *fault)
{
    char buffer[64];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    (void)mu_say_near_kind(fault->path, &text);
    (void)mu_say_near_field(said->kind, fault->path, &text);
    mu_say_takes(said->kind, fault->path, &text);
}

static void pack(const Muster__Event *event)
{
    size_t size = mu_event_size(event);
    uint8_t *bytes = malloc(size + 1);

    if (bytes != NULL)
        MU_CHECK(mu_event_pack(event, bytes) == size);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char line[LINE_MAX_BYTES + 1];
    static char *words[MU_SAY_WORDS_MAX];
    struct mu_fault fault = {.code = MU_OK};
    mu_arena arena = mu_arena_make(1u << 20);
    struct mu_assign how = {&arena, INT64_C(1941897600000), 480, &fault};
    struct mu_say_defaults defaults = {"EM", "cn/99/01/21", NULL, 3, INT64_C(1941948000000), 0};
    struct mu_say_resolver resolver = {know, NULL, NULL};
    struct mu_saying said;
    bool open;

    if (size > LINE_MAX_BYTES)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    size_t count = mu_say_words(line, words, &open);
    if (count > MU_SAY_WORDS_MAX)
        return 0;
    enum mu_err err = mu_say_read((int)count, (const char *const *)words, &how, &said);
    if (err != MU_OK)
        help_with(&said, &fault);
    if (err == MU_OK && mu_say_fill(&said, &defaults, &how) == MU_OK &&
        mu_say_resolve(&said, &resolver, &how) == MU_OK)
        pack(said.event);
    mu_arena_free(&arena);
    return 0;
}
