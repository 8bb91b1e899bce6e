#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hsm/probe.h"
#include "kmgr/cmd/command.h"
#include "kmgr/cmd/table.h"
#include "kmgr/engine/tokens.h"

static const char *
pin_state(const struct hsm_token_info *info)
{

	if (!info->is_initialized)
		return "not initialized";
	if (info->is_pin_locked)
		return "PIN locked";
	if (info->is_pin_final_try)
		return "final try";
	return info->is_pin_low ? "PIN tries low" : "ok";
}

static void
add_info(const char *name, const struct hsm_token_info *info,
    struct table *table, struct json *list)
{
	struct json *row = json_add_object(list);

	table_add(table, name);
	table_add(table, info->label);
	table_add(table, info->model);
	table_add(table, info->serial);
	table_add(table, pin_state(info));
	json_put_text(row, "name", name);
	json_put_take(row, "identity", tokens_identity_json(info));
	json_put_text(row, "library", info->library);
	json_put_text(row, "library_version", info->library_version);
	json_put_text(row, "firmware_version", info->firmware_version);
	json_put_text(row, "state", pin_state(info));
	json_put_bool(row, "pin_pad", info->has_pin_pad);
	json_put_bool(row, "write_protected", info->is_write_protected);
}

/* A URI part, % where RFC 7512 section 2.3 wants it. */
static void
add_escaped(struct buf *out, const char *text)
{

	for (; *text != '\0'; text++)
		if ((*text >= '0' && *text <= '9') ||
		    (*text >= 'A' && *text <= 'Z') ||
		    (*text >= 'a' && *text <= 'z') ||
		    *text == '-' || *text == '.' || *text == '_' ||
		    *text == '/')
			buf_printf(out, "%c", *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
}

static int
list_module(struct cmd *cmd, const char *path, struct error *err)
{
	struct json *list = json_put_array(cmd->json, "tokens");
	struct hsm_token_info *infos;
	struct table table;
	struct buf uri = BUF_INIT;
	size_t i, n;

	if (hsm_module_list(path, CONFIG_CALL_TIMEOUT_S, &infos, &n,
	    err) != 0)
		return -1;
	table_init(&table, 5, "TOKEN", "LABEL", "MODEL", "SERIAL", "STATE");
	for (i = 0; i < n; i++)
		add_info("-", &infos[i], &table, list);
	table_print(&table, &cmd->text);
	for (i = 0; i < n; i++) {
		if (!infos[i].is_initialized)
			continue;
		buf_printf(&uri, "pkcs11:token=");
		add_escaped(&uri, infos[i].label);
		buf_printf(&uri, ";serial=");
		add_escaped(&uri, infos[i].serial);
		buf_printf(&uri, "?module-path=");
		add_escaped(&uri, path);
		buf_printf(&cmd->text, "%s\n", buf_text(&uri));
		json_put_text(json_at(list, i), "uri", buf_text(&uri));
		buf_free(&uri);
	}
	free(infos);
	return 0;
}

static int
list_configured(struct cmd *cmd, const struct config *config,
    struct error *err)
{
	struct json *list = json_put_array(cmd->json, "tokens");
	struct hsm_token_info info;
	struct hsm_token *token;
	struct table table;
	size_t i;

	(void)err;
	table_init(&table, 5, "TOKEN", "LABEL", "MODEL", "SERIAL", "STATE");
	for (i = 0; i < config->n_tokens; i++) {
		const struct hsm_config hsm = {
			.name = config->tokens[i].name,
			.uri = config->tokens[i].uri,
			.call_limit_s = config->performance.call_timeout_s,
			.trace = cmd->options.trace,
			.trace_arg = cmd->options.arg,
		};
		struct error why = ERR_INIT;

		if (hsm_token_open(&hsm, &token, &why) == 0 &&
		    hsm_token_info_get(token, &info, &why) == 0) {
			add_info(hsm.name, &info, &table, list);
		} else {
			struct json *row = json_add_object(list);

			table_add(&table, hsm.name);
			table_add(&table, "-");
			table_add(&table, "-");
			table_add(&table, "-");
			table_add(&table, why.msg);
			json_put_text(row, "name", hsm.name);
			json_put_text(row, "state", "unavailable");
			json_put_text(row, "message", why.msg);
		}
		hsm_token_close(token);
	}
	table_print(&table, &cmd->text);
	return 0;
}

int
cmd_list_tokens(struct cmd *cmd, struct error *err)
{
	const char *module = args_get(cmd->args, OPT_MODULE);
	struct config *config;
	int rc;

	if (module != NULL)
		return list_module(cmd, module, err);
	if (config_read(cmd->options.config_path, &config, err) != 0)
		return -1;
	rc = list_configured(cmd, config, err);
	config_free(config);
	return rc;
}

/* What the records are worth that kmgr keeps in the token. */
static void
put_records(struct cmd *cmd, const struct hsm_probe *probe)
{
	const struct hsm_probe_row *weak = tokens_weak_record(probe);

	json_put_text(cmd->json, "tamper_evident_only", weak == NULL ? NULL :
	    weak->id);
	if (weak == NULL)
		buf_printf(&cmd->text, "records that kmgr keeps in it can "
		    "neither be changed nor removed\n");
	else
		buf_printf(&cmd->text, "tamper-evident only: this token does "
		    "not keep records as they are (%s %s%s%s)\n", weak->id,
		    hsm_verdict_name(weak->verdict),
		    weak->detail[0] == '\0' ? "" : ": ", weak->detail);
}

/* What keeps keys of one algorithm from custody wrapped; NULL: nothing. */
static struct json *
wrapped_json(const char *algorithm, const struct hsm_probe_row *why)
{
	struct json *json = json_new_object();

	json_put_text(json, "algorithm", algorithm);
	json_put_bool(json, "possible", why == NULL);
	json_put_text(json, "row", why == NULL ? NULL : why->id);
	json_put_text(json, "verdict", why == NULL ? NULL :
	    hsm_verdict_name(why->verdict));
	json_put_text(json, "detail", why == NULL ? NULL : why->detail);
	return json;
}

static void
add_wrapped(const char *algorithm, const struct hsm_probe_row *why,
    struct buf *out)
{

	buf_printf(out, "%s%s", out->len == 0 ? "" : ", ", algorithm);
	if (why != NULL)
		buf_printf(out, " (%s %s%s%s)", why->id,
		    hsm_verdict_name(why->verdict), why->detail[0] == '\0' ?
		    "" : ": ", why->detail);
}

/* For keys of which algorithms custody wrapped can be had, and why not. */
static void
put_wrapped(struct cmd *cmd, const struct hsm_probe *probe)
{
	struct json *list = json_put_array(cmd->json, "custody_wrapped");
	struct buf can = BUF_INIT, cannot = BUF_INIT;
	const struct hsm_probe_row *why;
	const struct alg_info *info;
	unsigned int alg;

	for (alg = 1; alg <= UINT8_MAX; alg++) {
		if ((info = alg_find(alg)) == NULL || info->refusal != NULL ||
		    tokens_wrap_row(probe, (enum alg)alg) == NULL)
			continue;
		why = tokens_no_wrap(probe, (enum alg)alg);
		json_add_take(list, wrapped_json(info->word, why));
		add_wrapped(info->word, why, why == NULL ? &can : &cannot);
	}
	buf_printf(&cmd->text, "custody wrapped: ");
	if (can.len > 0)
		buf_printf(&cmd->text, "possible for %s%s", buf_text(&can),
		    cannot.len > 0 ? "; " : "");
	if (cannot.len > 0)
		buf_printf(&cmd->text, "not for %s", buf_text(&cannot));
	buf_printf(&cmd->text, "\n");
	buf_free(&can);
	buf_free(&cannot);
}

int
cmd_probe_token(struct cmd *cmd, struct error *err)
{
	const struct hsm_probe_row *leak;
	struct hsm_probe *probe = NULL;
	struct hsm_token_info info;
	struct hsm_token *token;
	struct table table;
	int rc = 0;
	size_t i;

	if (session_token(cmd->session, cmd->args->words[0], &token,
	    err) != 0 || hsm_token_info_get(token, &info, err) != 0 ||
	    hsm_probe_run(token, HSM_PROBE_ALL, ALG_NONE, &probe, err) != 0)
		return -1;
	buf_printf(&cmd->text, "%s: %s, %s %s, serial %s; library %s %s\n",
	    cmd->args->words[0], info.label, info.manufacturer, info.model,
	    info.serial, info.library, info.library_version);
	if (probe->uses_token_objects)
		buf_printf(&cmd->text, "this token has no session keys; "
		    "token objects were tried and destroyed\n");
	buf_printf(&cmd->text, "\n");
	table_init(&table, 5, "PROPERTY", "VERDICT", "WEIGHT", "TRIED",
	    "ANSWER");
	for (i = 0; i < probe->n_rows; i++) {
		const struct hsm_probe_row *row = &probe->rows[i];

		table_add(&table, row->id);
		table_add(&table, hsm_verdict_name(row->verdict));
		table_add(&table, hsm_weight_name(row->weight));
		table_add(&table, row->what);
		table_add(&table, row->detail);
	}
	table_print(&table, &cmd->text);
	leak = hsm_probe_leak(probe);
	buf_printf(&cmd->text, leak == NULL ?
	    "\nno way was found for a private value to leave this token\n" :
	    "\nA PRIVATE VALUE CAN LEAVE THIS TOKEN: kmgr makes no keys in "
	    "it\n");
	json_put_take(cmd->json, "identity", tokens_identity_json(&info));
	json_put_take(cmd->json, "rows", tokens_probe_json(probe));
	json_put_text(cmd->json, "leak", leak == NULL ? NULL : leak->id);
	put_records(cmd, probe);
	put_wrapped(cmd, probe);
	if (leak != NULL) {
		cmd->is_partial = true;
		rc = err_set(err, ERR_TOKEN, "token %s lets a private key "
		    "leave: %s (%s)", cmd->args->words[0], leak->what,
		    leak->id);
	}
	hsm_probe_free(probe);
	return rc;
}
