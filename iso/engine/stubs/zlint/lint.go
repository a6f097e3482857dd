// Package lint has the names of zlint's package that cfssl's configuration mentions, and no linter.
package lint

import "errors"

// LintStatus is a lint's result; Reserved, the zero value, means that no lint was asked for.
type LintStatus int

// Reserved is cfssl's "do not lint".
const Reserved LintStatus = 0

// LintResult is one lint's outcome.
type LintResult struct{ Status LintStatus }

// LintSource names a set of lints.
type LintSource string

// UnknownLintSource is what every name of a set means without a linter.
const UnknownLintSource LintSource = "Unknown"

// FromString parses a set's name.
func (s *LintSource) FromString(string) { *s = UnknownLintSource }

// SourceList is a list of sets.
type SourceList []LintSource

// FilterOptions choose lints.
type FilterOptions struct {
	ExcludeNames   []string
	ExcludeSources SourceList
}

// Empty reports whether nothing is chosen.
func (o FilterOptions) Empty() bool { return len(o.ExcludeNames) == 0 && len(o.ExcludeSources) == 0 }

// Registry is a collection of lints.
type Registry interface {
	Filter(FilterOptions) (Registry, error)
}

type noLints struct{}

func (noLints) Filter(FilterOptions) (Registry, error) {
	return nil, errors.New("this build has no certificate linter")
}

// GlobalRegistry returns the empty collection.
func GlobalRegistry() Registry { return noLints{} }
