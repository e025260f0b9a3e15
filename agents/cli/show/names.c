/* Names as the reference data give them: "S1" is Liulin Middle School. Items and roles have keys of
 * their own ("item:quilt", "role:relief_supply"), since a role may be called like an object. */
#include "agents/cli/show/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/words/words.h"

struct named {
    char *key;
    char *name[2]; /* by enum mu_lang; NULL: none */
};

struct mu_names {
    struct named *slots; /* open addressing; room is a power of two, at most two thirds full */
    size_t room;
    size_t used;
};

enum mu_err mu_names_new(mu_names **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static void free_named(struct named *named)
{
    free(named->key);
    free(named->name[0]);
    free(named->name[1]);
}

void mu_names_free(mu_names **names)
{
    if (*names == NULL)
        return;
    for (size_t i = 0; i < (*names)->room; i++)
        free_named(&(*names)->slots[i]);
    free((*names)->slots);
    free(*names);
    *names = NULL;
}

/* FNV-1a, 64 bits. */
static size_t hash(const char *key)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
    return (size_t)h;
}

/* The slot of `key`, or the empty one where it belongs. */
static struct named *slot_of(struct named *slots, size_t room, const char *key)
{
    size_t at = hash(key) & (room - 1);

    while (slots[at].key != NULL && strcmp(slots[at].key, key) != 0)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static enum mu_err make_room(mu_names *names)
{
    size_t room = names->room == 0 ? 64 : names->room * 2;
    struct named *slots;

    if ((names->used + 1) * 3 < names->room * 2)
        return MU_OK;
    if ((slots = calloc(room, sizeof *slots)) == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < names->room; i++)
        if (names->slots[i].key != NULL)
            *slot_of(slots, room, names->slots[i].key) = names->slots[i];
    free(names->slots);
    names->slots = slots;
    names->room = room;
    return MU_OK;
}

static enum mu_err replace(char **text, const char *with)
{
    char *copy = with == NULL ? NULL : strdup(with);

    if (with != NULL && copy == NULL)
        return MU_E_NO_MEMORY;
    free(*text);
    *text = copy;
    return MU_OK;
}

static enum mu_err learn(mu_names *names, const char *prefix, const char *key,
                         const Muster__Name *name)
{
    char full[MU_NAME_BYTES_MAX + 16];
    enum mu_err err;

    if (key == NULL || name == NULL || strlen(key) >= MU_NAME_BYTES_MAX)
        return MU_OK;
    snprintf(full, sizeof full, "%s%s", prefix, key);
    if ((err = make_room(names)) != MU_OK)
        return err;
    struct named *slot = slot_of(names->slots, names->room, full);
    if (slot->key == NULL) {
        if ((err = replace(&slot->key, full)) != MU_OK)
            return err;
        names->used++;
    }
    err = replace(&slot->name[MU_LANG_EN], name->en);
    return err == MU_OK ? replace(&slot->name[MU_LANG_ZH], name->zh) : err;
}

/* An area that states no code of its own is the one it was said in. */
static enum mu_err learn_object(mu_names *names, const Muster__Envelope *envelope,
                                const Muster__ReferenceObject *reference)
{
    const char *object = envelope == NULL ? NULL : envelope->object;
    const char *also = NULL;

    if (reference->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_AREA && envelope != NULL)
        also = envelope->area;
    if (reference->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_AREA &&
        reference->area->code != NULL)
        also = reference->area->code;
    else if (reference->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_AGENCY)
        also = reference->agency->code;
    enum mu_err err = learn(names, "", object, reference->name);
    return err == MU_OK ? learn(names, "", also, reference->name) : err;
}

static enum mu_err learn_items(mu_names *names, const Muster__ItemTable *table)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < table->n_lines; i++)
        err = learn(names, "item:", table->lines[i]->item, table->lines[i]->name);
    return err;
}

/* A refusal keeps no body: only its agent's enrolment says whose it was. */
static enum mu_err learn_agent(mu_names *names, const Muster__Enrolment *enrolment)
{
    Muster__Name code = MUSTER__NAME__INIT;
    char hex[2 * sizeof(struct mu_agent_id) + 1];

    if (enrolment->agent.len != sizeof(struct mu_agent_id))
        return MU_OK;
    mu_hex(enrolment->agent.data, enrolment->agent.len, hex);
    code.zh = code.en = enrolment->agency;
    return learn(names, "agent:", hex, &code);
}

static enum mu_err learn_enrolment(mu_names *names, const Muster__Enrolment *enrolment)
{
    enum mu_err err = learn_agent(names, enrolment);

    return err == MU_OK ? learn(names, "", enrolment->agency, enrolment->name) : err;
}

static enum mu_err learn_roles(mu_names *names, const Muster__RoleMap *map)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < map->n_lines; i++)
        err = learn(names, "role:", map->lines[i]->role, map->lines[i]->name);
    return err;
}

static enum mu_err learn_indicators(mu_names *names, const Muster__IndicatorTable *table)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < table->n_lines; i++)
        err = learn(names, "indicator:", table->lines[i]->indicator, table->lines[i]->name);
    return err;
}

/* Half a digest is enough to be told apart among the names of one county. */
#define SHORT_HASH_BYTES (sizeof(struct mu_hash) / 2)

/* A card has no name in its id, a decision none at all: people know them by what they are about. */
static enum mu_err learn_hash(mu_names *names, const char *prefix, const uint8_t *hash,
                              const char *en, const char *zh)
{
    char hex[2 * sizeof(struct mu_hash) + 1];
    Muster__Name name = MUSTER__NAME__INIT;
    char words[2][128];

    mu_hex(hash, SHORT_HASH_BYTES, hex);
    snprintf(words[0], sizeof words[0], "%s", en);
    snprintf(words[1], sizeof words[1], "%s", zh);
    name.en = words[0];
    name.zh = words[1];
    return learn(names, prefix, hex, &name);
}

static bool is_hash(const ProtobufCBinaryData *bytes, int has)
{
    return has && bytes->len == sizeof(struct mu_hash);
}

static enum mu_err learn_card(mu_names *names, const Muster__Finding *finding)
{
    char buffer[128];
    struct mu_text card = mu_text(buffer, sizeof buffer);

    if (!is_hash(&finding->card_id, finding->has_card_id))
        return MU_OK;
    mu_render_card_name(&card, finding);
    return learn_hash(names, "card:", finding->card_id.data, buffer, buffer);
}

static enum mu_err learn_decision(mu_names *names, const struct mu_entry *entry)
{
    const Muster__Decision *decision = entry->event->decision;
    char key[2 * sizeof(struct mu_hash) + 8] = "card:", en[128], zh[128];
    struct mu_text a = mu_text(en, sizeof en), b = mu_text(zh, sizeof zh);

    if (!is_hash(&decision->card_id, decision->has_card_id))
        return MU_OK;
    mu_hex(decision->card_id.data, SHORT_HASH_BYTES, key + strlen(key));
    const char *card = mu_names_of(names, key, MU_LANG_EN);
    if (card == key)
        return MU_OK;
    mu_words_fill(&a, mu_word(MU_W_DECISION_ON, MU_LANG_EN), &card, 1);
    mu_words_fill(&b, mu_word(MU_W_DECISION_ON, MU_LANG_ZH), &card, 1);
    return learn_hash(names, "leaf:", entry->leaf.b, en, zh);
}

enum mu_err mu_names_learn(mu_names *names, const struct mu_entry *entry)
{
    const Muster__Event *event = entry->event;

    if (event == NULL || entry->code != 0)
        return MU_OK;
    switch (event->body_case) {
    case MUSTER__EVENT__BODY_REFERENCE_OBJECT:
        return learn_object(names, event->envelope, event->reference_object);
    case MUSTER__EVENT__BODY_ITEM_TABLE:
        return learn_items(names, event->item_table);
    case MUSTER__EVENT__BODY_ROLE_MAP:
        return learn_roles(names, event->role_map);
    case MUSTER__EVENT__BODY_INDICATOR_TABLE:
        return learn_indicators(names, event->indicator_table);
    case MUSTER__EVENT__BODY_GENESIS:
        return learn(names, "", event->genesis->area, event->genesis->county);
    case MUSTER__EVENT__BODY_ENROLMENT:
        return learn_enrolment(names, event->enrolment);
    case MUSTER__EVENT__BODY_FINDING:
        return learn_card(names, event->finding);
    case MUSTER__EVENT__BODY_DECISION:
        return learn_decision(names, entry);
    default:
        return MU_OK;
    }
}

const char *mu_names_of(const mu_names *names, const char *key, enum mu_lang lang)
{
    if (names->room == 0)
        return key;
    const struct named *slot = slot_of(names->slots, names->room, key);
    const char *name = slot->key == NULL ? NULL : slot->name[lang];
    const char *other = slot->key == NULL ? NULL : slot->name[1 - lang];

    return name != NULL && *name != '\0' ? name : other != NULL && *other != '\0' ? other : key;
}
