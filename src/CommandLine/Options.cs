using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace PbKv.CommandLine;

/// <summary>
/// Options whose values have a form of their own; a wrong one is a usage error that shows the form. Those without a
/// default here have it in the settings, and name it in their description.
/// </summary>
public static class Options
{
    /// <summary>A number alone, which a setting may be, is refused.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) =>
        new(name)
        {
            HelpName = "DURATION",
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                var right =
                    SettingText.TryDuration(text, out var duration)
                    && duration != TimeSpan.Zero
                    && !char.IsAsciiDigit(text[^1]);
                if (!right)
                    result.AddError(
                        $"'{text}' is no duration: write a number and a unit (500ms, 30s, 2m, 1h) or 'infinite'"
                    );
                return duration;
            },
        };

    public static Option<string?> Address(string name, string description) =>
        new Option<string?>(name) { HelpName = "HOST:PORT", Description = description }.Checked(ProblemOfAddress);

    public static Option<string?> AddressList(string name, string description) =>
        new Option<string?>(name) { HelpName = "ADDR[,ADDR]", Description = description }.Checked(text =>
            text.Split(',').Select(ProblemOfAddress).FirstOrDefault(problem => problem is not null)
        );

    public static Option<long?> Port(string description) => Number("--port", "PORT", 0, 65535, description);

    public static Option<long?> Number(string name, string helpName, long least, long most, string description) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result => ParseCount(result.Tokens[0].Value, least, most, result),
        };

    public static Option<long> Count(string name, long standard, long least, long most, string description) =>
        new(name)
        {
            HelpName = "N",
            Description = description,
            DefaultValueFactory = _ => standard,
            CustomParser = result => ParseCount(result.Tokens[0].Value, least, most, result),
        };

    /// <param name="words">What Tab offers.</param>
    public static Option<string> Text(
        string name,
        string helpName,
        string standard,
        string description,
        params IEnumerable<string> words
    ) =>
        new(name)
        {
            HelpName = helpName,
            Description = description,
            DefaultValueFactory = _ => standard,
            CompletionSources = { _ => words.Select(word => new CompletionItem(word)) },
        };

    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<bool> Json() => Flag("--json", "Answer with one JSON object");

    /// <param name="problemOf">What is wrong with a value, or null.</param>
    public static Option<T> Checked<T>(this Option<T> option, Func<string, string?> problemOf)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && problemOf(token.Value) is { } problem)
                result.AddError(problem);
        });
        return option;
    }

    private static string? ProblemOfAddress(string text) =>
        HostPort.TryParse(text, out _) ? null : $"'{text}' is no address: write {HostPort.Allowed}";

    private static long ParseCount(string text, long least, long most, ArgumentResult result)
    {
        if (!long.TryParse(text, out var count) || count < least || count > most)
            result.AddError($"'{text}' is not a number from {least} to {most}");
        return count;
    }
}
