#!/usr/bin/env python3
"""What is left out of the engine where no build tag does it. Runs in the build chroot.

Usage: cuts.py GOROOT/src OVERLAY-DIR
"""
import shutil
import sys
from pathlib import Path

from overlay import Overlay

GOROOT = sys.argv[1]
GOPATH = "/build/go/src"
cut = Overlay([GOPATH, "/usr/share/gocode/src", GOROOT], sys.argv[2])
DOCKER = "github.com/docker/docker"


def cloud_log_drivers():
    """awslogs (the AWS SDK) and splunk. json-file, local, syslog, fluentd, gelf and journald's stub stay."""
    cut.remove(
        f"{DOCKER}/daemon/logdrivers_linux.go",
        f'\t_ "{DOCKER}/daemon/logger/awslogs"\n',
        f'\t_ "{DOCKER}/daemon/logger/splunk"\n',
    )


def github_actions_cache():
    """BuildKit's cache in GitHub Actions (the Azure SDK): only of use inside GitHub's own machines."""
    cut.remove(
        f"{DOCKER}/builder/builder-next/controller.go",
        '\t"github.com/moby/buildkit/cache/remotecache/gha"\n',
        '\t\t\t"gha":      gha.ResolveCacheImporterFunc(),\n',
        '\t\t\t"gha":      gha.ResolveCacheExporterFunc(),\n',
    )


def containerd_plugins():
    """Plugins of containerd that only Kubernetes or other snapshotters use: NRI, image verifiers, EROFS, block files."""
    plugins = "github.com/containerd/containerd/v2/plugins"
    builtins = "github.com/containerd/containerd/v2/cmd/containerd/builtins"
    unused = {
        "builtins.go": ("imageverifier", "nri"),
        "builtins_linux.go": ("diff/erofs/plugin", "snapshots/blockfile/plugin", "snapshots/erofs/plugin"),
    }
    for file, names in unused.items():
        cut.remove(f"{builtins}/{file}", *(f'\t_ "{plugins}/{name}"\n' for name in names))


def bson_sets():
    """golang-set's BSON encoding, which brings MongoDB's driver along; nothing here uses it."""
    package = "github.com/deckarep/golang-set"
    cut.remove(
        f"{package}/set.go",
        'import "go.mongodb.org/mongo-driver/bson/bsontype"\n',
        "\tMarshalBSONValue() (bsontype.Type, []byte, error)\n",
        "\tUnmarshalBSONValue(bt bsontype.Type, b []byte) error\n",
    )
    for file, receiver, data, imports in (
        ("threadsafe.go", "t *threadSafeSet[T]", "p", ("bson/bsontype",)),
        ("threadunsafe.go", "s threadUnsafeSet[T]", "b", ("bson", "bson/bsontype")),
    ):
        cut.remove(f"{package}/{file}", *(f'\t"go.mongodb.org/mongo-driver/{name}"\n' for name in imports))
        cut.body(f"{package}/{file}", f"func ({receiver}) MarshalBSONValue() (bsontype.Type, []byte, error)", None)
        cut.body(f"{package}/{file}", f"func ({receiver}) UnmarshalBSONValue(bt bsontype.Type, {data} []byte) error", None)


def block_io_classes():
    """containerd's block I/O classes (Intel's resource control library), which only Kubernetes sets."""
    package = "github.com/containerd/containerd/v2/pkg/blockio"
    cut.replace(f"{package}/blockio_linux.go", ("//go:build linux\n", "//go:build ignore\n"))
    cut.replace(f"{package}/blockio_nonlinux.go", ("//go:build !linux\n", "//go:build linux\n"))


def certificate_linter():
    """zlint in Swarm's certificate authority: cfssl lints only when a signing profile asks, and
    swarmkit's profiles never do. The signer refuses such a profile instead of ignoring its wish."""
    shutil.copytree(Path(__file__).parent / "stubs/zlint", f"{GOPATH}/github.com/zmap/zlint/v3/lint", dirs_exist_ok=True)
    Path(f"{GOPATH}/github.com/zmap/zlint/v3/go.mod").write_text("module github.com/zmap/zlint/v3\n")
    cut.remove("github.com/cloudflare/cfssl/config/config.go", '\t_ "github.com/zmap/zlint/v3"\n')
    signer = "github.com/cloudflare/cfssl/signer/local/local.go"
    cut.remove(signer, '\tzx509 "github.com/zmap/zcrypto/x509"\n', '\t"github.com/zmap/zlint/v3"\n')
    cut.body(
        signer,
        "func (s *Signer) lint(template x509.Certificate, errLevel lint.LintStatus, lintRegistry lint.Registry) error",
        "\tif errLevel == lint.Reserved {\n\t\treturn nil\n\t}\n"
        "\treturn cferr.New(cferr.PolicyError, cferr.InvalidPolicy)",
    )


def test_helpers():
    """Test helpers that are not in _test files, and would be compiled in."""
    for name in ("allocator_test_suite.go", "allocator_test_suite_linux.go"):
        cut.delete(f"github.com/moby/swarmkit/v2/manager/allocator/{name}")


TEMPLATE_METHODS = {
    # Type, and the methods that templates call on it: log tags (docs: "Customize log driver output"),
    # and the help texts of dockerd (cobra) and containerd (urfave/cli).
    f"{DOCKER}/daemon/logger/loginfo.go": {
        "*Info": "Hostname Command ID FullID Name ImageID ImageFullID ImageName",
    },
    "github.com/spf13/cobra/command.go": {
        "*Command": "UseLine NameAndAliases HasExample HasAvailableSubCommands Commands Name NamePadding HasAvailableFlags"
        " Runnable HasSubCommands UsageString CommandPath HasAvailableLocalFlags HasAvailableInheritedFlags LocalFlags"
        " InheritedFlags IsAvailableCommand HasHelpSubCommands DisplayName",
    },
    "github.com/urfave/cli/v2/category.go": {
        "*App": "VisibleCategories VisibleCommands VisibleFlagCategories VisibleFlags",
        "*Command": "VisibleCategories VisibleCommands VisibleFlagCategories VisibleFlags Names",
        "*commandCategory": "Name VisibleCommands",
        "*defaultVisibleFlagCategory": "Name Flags",
    },
}


def reflection():
    """Calling methods by a name that only the running program knows makes the linker keep every
    exported method of every type: a quarter of the binary. Three places do that here."""
    # Templates. Types whose methods templates call offer them by name, without reflection.
    cut.replace(
        "text/template/exec.go",
        ("if method := ptr.MethodByName(fieldName); method.IsValid() {", "if method := offeredMethod(ptr, fieldName); method.IsValid() {"),
    )
    cut.append("text/template/exec.go", """
// MethodOffer is a type whose niladic methods templates may call.
type MethodOffer interface{ TemplateMethod(name string) any }

func offeredMethod(v reflect.Value, name string) reflect.Value {
	if v.CanInterface() {
		if offer, ok := v.Interface().(MethodOffer); ok {
			if method := offer.TemplateMethod(name); method != nil {
				return reflect.ValueOf(method)
			}
		}
	}
	return reflect.Value{}
}
""")
    for file, types in TEMPLATE_METHODS.items():
        for receiver, methods in types.items():
            cases = "".join(f'\tcase "{m}":\n\t\treturn t.{m}\n' for m in methods.split())
            cut.append(file, f"""
// TemplateMethod offers the methods that templates call.
func (t {receiver}) TemplateMethod(name string) any {{
	switch name {{
{cases}	}}
	return nil
}}
""")
    # reflect's own iterators over methods: their name is also protobuf's, so that the linker keeps them.
    absent = '\tpanic("reflect: iterating over methods is left out of this build")'
    cut.body("reflect/type.go", "func (t *rtype) Methods() iter.Seq[Method]", absent)
    cut.body("reflect/value.go", "func (v Value) Methods() iter.Seq2[Method, Value]", absent)
    # D-Bus objects that this process would export: libnetwork only calls firewalld's.
    absent = '\tpanic("dbus: exporting objects is left out of this build")'
    for name in ("getMethods", "getAllMethods"):
        cut.body("github.com/godbus/dbus/export.go", f"func {name}(in interface{{}}, mapping map[string]string) map[string]reflect.Value", absent)
    # The iter import of the two reflect files stays in use: their signatures name it.


for step in (cloud_log_drivers, github_actions_cache, containerd_plugins, bson_sets, block_io_classes, certificate_linter, test_helpers, reflection):
    step()
cut.write()
