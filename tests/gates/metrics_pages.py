"""What metrics.py holds the dashboard, Grafana's alerts and the manual to. Knows their formats."""

import json
import re

import metrics_files as files  # first: it says where grafana_alerts is
import grafana_alerts

_VARIABLE = re.compile(r"\$\{?(\w+)")


def panels_of(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def dashboard_problems(dashboard, text):
    if dashboard.get("id", 0) is not None or dashboard.get("uid") != "intact":
        yield "under provisioning the id is null and the uid never changes"
    if "__inputs" in text or "${DS_" in text:
        yield "__inputs are for the import by hand; provisioning leaves them as they are"
    if not isinstance(dashboard.get("schemaVersion"), int):
        yield "no schemaVersion"
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    for name in ("datasource", "instance", "backup"):
        if name not in variables:
            yield f"no variable {name}"
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "the variable datasource is not of that type"
    for variable in variables.values():
        if variable["type"] == "query" and variable["datasource"]["uid"] != "${datasource}":
            yield f"variable {variable['name']}: not from $datasource"
    for name in set(_VARIABLE.findall(text)) - set(variables):
        if not name.startswith("__"):
            yield f"${name}: no such variable"


def panel_problems(panel):
    title = panel.get("title") or "a panel without title"
    if panel["type"] != "row":
        if not panel.get("description"):
            yield f"{title}: no description"
        if not panel.get("targets"):
            yield f"{title}: asks for nothing"
    for target in panel.get("targets", []):
        if target.get("datasource", panel.get("datasource"))["uid"] != "${datasource}":
            yield f"{title}: not from $datasource"
    names = [target["refId"] for target in panel.get("targets", [])]
    if len(set(names)) < len(names):
        yield f"{title}: two queries of one name"


def check_dashboard(root):
    text = (root / files.DASHBOARD).read_text(encoding="utf-8")
    dashboard = json.loads(text)
    yield from dashboard_problems(dashboard, text)
    ids, taken = set(), {}
    for panel in panels_of(dashboard):
        yield from panel_problems(panel)
        if panel["id"] in ids:
            yield f"{panel['title']}: its id is another panel's"
        ids.add(panel["id"])
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield f"{panel['title']}: wider than the dashboard"
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])):
            if taken.setdefault(cell, panel["id"]) != panel["id"]:
                yield f"{panel['title']}: lies over another panel"
                break


def check_grafana(root):
    """The alerts are those of Prometheus, in the form that provisioning takes."""
    text = (root / files.ALERTS).read_text(encoding="utf-8")
    if text != grafana_alerts.text(files.loaded(root, files.RULES)):
        yield f"{files.ALERTS}: not what tests/support/grafana_alerts.py makes of the rules"
    provisioned = files.yaml.safe_load(text)
    found = {rule["title"]: rule for group in provisioned["groups"] for rule in group["rules"]}
    alerts = files.alerts_of(root)
    for name in sorted(found.keys() ^ alerts.keys()):
        yield f"{name}: only in one of the two"
    for name in found.keys() & alerts.keys():
        rule = found[name]
        if rule["data"][0]["model"]["expr"] != alerts[name]["expr"]:
            yield f"{name}: Grafana asks something else"
        if rule["condition"] not in [step["refId"] for step in rule["data"]]:
            yield f"{name}: no such condition"
        if len(rule["uid"]) > 40 or not rule["uid"].startswith("intact-"):
            yield f"{name}: a uid has at most 40 characters"
        if "$" in json.dumps(rule["annotations"]):
            yield f"{name}: Grafana may take a '$' for its environment's"
    if provisioned["apiVersion"] != 1 or any(
            not group.keys() >= {"orgId", "name", "folder", "interval"}
            for group in provisioned["groups"]):
        yield f"{files.ALERTS}: not what provisioning takes"
    provider = files.loaded(root, files.PROVIDER)
    if provider["apiVersion"] != 1 or [one["type"] for one in provider["providers"]] != ["file"]:
        yield f"{files.PROVIDER}: not what provisioning takes"


# *intact_job_enabled* (gauge) {backup}
_ENTRY = re.compile(r"^\*([a-z_:0-9]+)\* \((\w+)\)(?: \{([\w, ]*)\})?$", re.MULTILINE)
# ## IntactJobOverdue (critical, after 5m)
_ALERT = re.compile(r"^## (Intact\w+) \((\w+), (?:at once|after (\w+))\)$", re.MULTILINE)


def check_manual(root):
    """Each series and each rule stands in it, as it is, and nothing else does."""
    text = (root / files.MANUAL).read_text(encoding="utf-8")
    families = files.series(root)
    records = files.records_of(root)
    entries = {name: (kind, labels) for name, kind, labels in _ENTRY.findall(text)}
    for name in sorted(families.keys() - entries.keys()):
        yield f"{name}: not in the manual"
    for name in sorted(records - entries.keys()):
        yield f"{name}: not in the manual"
    for name, (kind, labels) in entries.items():
        if name in records:
            continue
        if name not in families:
            yield f"{name}: in the manual only"
            continue
        if kind != families[name].type:
            yield f"{name}: it is a {families[name].type}"
        if set(filter(None, labels.split(", "))) != families[name].labels.keys() - {"le"}:
            yield f"{name}: its labels are {', '.join(sorted(families[name].labels))}"
    alerts = files.alerts_of(root)
    told = {name: (severity, after) for name, severity, after in _ALERT.findall(text)}
    for name in sorted(alerts.keys() ^ told.keys()):
        yield f"{name}: only in one of manual and rules"
    for name in sorted(alerts.keys() & told.keys()):
        if told[name] != (alerts[name]["labels"]["severity"], alerts[name].get("for", "")):
            yield f"{name}: another severity, or after another time, than in the rules"
