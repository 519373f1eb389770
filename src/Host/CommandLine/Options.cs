using System.CommandLine;
using System.CommandLine.Parsing;

namespace PbKv.Host.CommandLine;

/// <summary>Options whose values have a form of their own; a wrong one is a usage error that shows the form.</summary>
internal static class Options
{
    /// <summary>Kept as text, so that the help shows the default as one types it; read with <see cref="Durations.Parse"/>.</summary>
    public static Option<string> Duration(string name, string standard, string description)
    {
        var option = Text(name, "DURATION", standard, $"{description} (500ms, 30s, 2m, infinite)");
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !Durations.TryParse(result.Tokens[0].Value, out _, out var problem)) result.AddError(problem);
        });
        return option;
    }

    /// <summary>An address that may be left out.</summary>
    public static Option<string?> Address(string name, string description) => new(name)
    {
        HelpName = "HOST:PORT",
        Description = description,
        CustomParser = result => CheckAddress(result.Tokens[0].Value, result),
    };

    public static Option<string> Addresses(string name, string helpName, string standard, string description)
    {
        var option = Text(name, helpName, standard, description);
        option.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.SelectMany(token => token.Value.Split(','))) CheckAddress(text, result);
        });
        return option;
    }

    public static Option<long> Count(string name, long standard, long least, long most, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result => ParseCount(result.Tokens[0].Value, least, most, result),
    };

    public static Option<string> Text(string name, string helpName, string standard, string description) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static string CheckAddress(string text, SymbolResult result)
    {
        if (!CommandLine.Addresses.TryParse(text, out _, out _, out var problem)) result.AddError(problem);
        return text;
    }

    private static long ParseCount(string text, long least, long most, ArgumentResult result)
    {
        if (!long.TryParse(text, out var count) || count < least || count > most)
            result.AddError($"'{text}' is not a number from {least} to {most}");
        return count;
    }
}
