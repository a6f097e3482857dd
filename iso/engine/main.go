// Command engine is dockerd, containerd, containerd's runc shim and docker-proxy in one static
// binary, which runs as the program it is called as. Together they share most of their code: one
// binary is half the size of four.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	_ "github.com/containerd/containerd/v2/cmd/containerd/builtins"
	"github.com/containerd/containerd/v2/cmd/containerd/command"
	"github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/manager"
	_ "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/task/plugin"
	"github.com/containerd/containerd/v2/pkg/shim"
	"github.com/containerd/plugin"
	"github.com/containerd/plugin/registry"
	dockerproxy "github.com/docker/docker/cmd/docker-proxy"
	"github.com/docker/docker/cmd/dockerd"
	"github.com/prometheus/client_golang/prometheus"
)

// shimTask is the one plugin that only the shim has; all the others are the daemon's.
const shimTask = "io.containerd.ttrpc.v1.task"

func main() {
	switch filepath.Base(os.Args[0]) {
	case "containerd":
		separateMetrics()
		keepPlugins(func(uri string) bool { return uri != shimTask })
		if err := command.App().Run(os.Args); err != nil {
			fmt.Fprintf(os.Stderr, "containerd: %s\n", err)
			os.Exit(1)
		}
	case "containerd-shim-runc-v2":
		keepPlugins(func(uri string) bool { return uri == shimTask })
		shim.Run(context.Background(), manager.NewShimManager("io.containerd.runc.v2"))
	case "docker-proxy":
		dockerproxy.Main()
	default:
		// dockerd calls itself under names of its own (docker-untar and so on): all are its business.
		dockerd.Main()
	}
}

// keepPlugins drops the registrations of the other programs: importing their packages made them all.
func keepPlugins(wanted func(uri string) bool) {
	all := registry.Graph(func(*plugin.Registration) bool { return false })
	registry.Reset()
	for _, r := range all {
		if wanted(r.URI()) {
			registry.Register(&r)
		}
	}
}

// separateMetrics gives containerd a metrics registry of its own: dockerd's packages have filled the
// default one with metrics of the same names, which a second registration refuses.
func separateMetrics() {
	r := prometheus.NewRegistry()
	prometheus.DefaultRegisterer, prometheus.DefaultGatherer = r, r
}
