using Akka.Configuration;

namespace PbKv.CommandLine;

/// <summary>
/// Settings that every command takes: the command line wins over the file, the file over the defaults.
/// </summary>
public static class ConfigOptions
{
    public static Option<string?> File { get; } =
        new("--config")
        {
            HelpName = "FILE",
            Description = "A file of settings (HOCON, see hocon/pbkv.conf)",
            Recursive = true,
        };

    public static Option<string[]> Define { get; } =
        new("-D")
        {
            HelpName = "KEY=VALUE",
            Description = "One setting, like -D pbkv.ping-interval=50ms; may be repeated",
            Recursive = true,
            Arity = ArgumentArity.OneOrMore,
        };

    public static bool AreGiven(ParseResult parsed) =>
        parsed.GetValue(File) is not null || parsed.GetValue(Define) is { Length: > 0 };

    /// <param name="profile">What this command sets unless the user says otherwise.</param>
    public static Config Given(ParseResult parsed, string profile = "")
    {
        var config = Config.Empty;
        foreach (var definition in parsed.GetValue(Define) ?? [])
            config = ReadDefinition(definition).WithFallback(config);
        if (parsed.GetValue(File) is { } file)
            config = config.WithFallback(ReadFile(file));
        return config.WithFallback(ConfigurationFactory.ParseString(profile));
    }

    /// <summary>The same once more, for nodes that a command starts as processes.</summary>
    public static IEnumerable<string> ForNodes(ParseResult parsed)
    {
        List<string> arguments = parsed.GetValue(File) is { } file ? ["--config", Path.GetFullPath(file)] : [];
        foreach (var definition in parsed.GetValue(Define) ?? [])
            arguments.AddRange(["-D", definition]);
        return arguments;
    }

    public static PbKvSettings Check(Config config)
    {
        try
        {
            return PbKvSettings.Read(config);
        }
        catch (SettingsException e)
        {
            throw Failure.Usage(e.Message, "hocon/pbkv.conf lists every setting");
        }
    }

    private static Config ReadDefinition(string definition)
    {
        var equals = definition.IndexOf('=');
        if (equals <= 0)
            throw Failure.Usage(
                $"'-D {definition}' sets nothing",
                "write -D KEY=VALUE, like -D pbkv.ping-interval=50ms"
            );
        return Parse($"{definition[..equals]} = {Quoted(definition[(equals + 1)..].Trim())}", $"-D {definition}");
    }

    /// <summary>HOCON takes an address such as 127.0.0.1:7000 in quotes only, which a shell takes away.</summary>
    private static string Quoted(string value) =>
        value is ['"' or '[' or '{' or '$', ..] ? value : $"\"{value.Replace(@"\", @"\\").Replace("\"", "\\\"")}\"";

    private static Config ReadFile(string file)
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage(
                $"cannot read the settings in '{file}': {e.Message.TrimEnd('.')}",
                "--config names a file like hocon/pbkv.conf"
            );
        }
    }

    private static Config Parse(string hocon, string source)
    {
        try
        {
            return ConfigurationFactory.ParseString(hocon);
        }
        catch (Exception e) when (e is ConfigurationException or FormatException)
        {
            throw Failure.Usage(
                $"'{source}' is not HOCON: {e.Message}",
                "hocon/pbkv.conf shows how settings are written"
            );
        }
    }
}
