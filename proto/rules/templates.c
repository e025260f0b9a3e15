#include "proto/rules/templates.h"

#include <string.h>

static const struct {
    const char *id, *en, *zh;
} templates[] = {
#define T(id, en, zh) {id, en, zh},
#include "proto/rules/templates.def"
#undef T
};
#define TEMPLATES (sizeof templates / sizeof templates[0])

const char *mu_template(const char *id, enum mu_lang lang)
{
    for (size_t i = 0; id != NULL && i < TEMPLATES; i++)
        if (strcmp(templates[i].id, id) == 0)
            return lang == MU_LANG_ZH ? templates[i].zh : templates[i].en;
    return NULL;
}

const char *mu_template_at(size_t index)
{
    return index < TEMPLATES ? templates[index].id : NULL;
}
