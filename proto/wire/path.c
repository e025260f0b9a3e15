#include "proto/wire/path.h"

static void write_step(const struct mu_step *step, struct mu_text *out)
{
    if (out->used > 0)
        mu_text_add(out, ".");
    mu_text_add(out, step->field->name);
    if (mu_field_repeats(step->field) && step->index != MU_NO_INDEX)
        mu_text_addf(out, "[%zu]", step->index);
}

void mu_path_write(const struct mu_step *last, const char *more, struct mu_text *out)
{
    const struct mu_step *steps[MU_DEPTH_MAX];
    size_t count = 0;

    for (; last != NULL && count < MU_DEPTH_MAX; last = last->up)
        steps[count++] = last;
    while (count > 0)
        write_step(steps[--count], out);
    if (more == NULL)
        return;
    if (out->used > 0)
        mu_text_add(out, ".");
    mu_text_add(out, more);
}

void mu_fault_clear(struct mu_fault *fault)
{
    if (fault == NULL)
        return;
    fault->code = MU_OK;
    fault->path[0] = '\0';
}

enum mu_err mu_fault_at(struct mu_fault *fault, enum mu_err code, const struct mu_step *last,
                        const char *more)
{
    struct mu_text text;

    if (fault == NULL)
        return code;
    fault->code = code;
    text = mu_text(fault->path, sizeof fault->path);
    mu_path_write(last, more, &text);
    return code;
}
