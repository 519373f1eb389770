using System.CommandLine;

namespace PbKv.Host.CommandLine;

/// <summary>Settings from a file and from the command line, taken by every command: the line wins over the file, the file over the defaults.</summary>
internal static class ConfigOptions
{
    public static Option<string?> File { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "A file of settings (HOCON, see hocon/pbkv.conf)",
        Recursive = true,
    };

    public static Option<string[]> Define { get; } = new("-D")
    {
        HelpName = "KEY=VALUE",
        Description = "One setting, like -D pbkv.ping-interval=50ms; may be repeated",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
    };
}
