using System.CommandLine;

namespace PbKv.Host.CommandLine;

/// <summary>What every client command takes: whom to ask, how long to try, and in which form to answer.</summary>
internal sealed class ClientOptions
{
    public const string StandardView = "127.0.0.1:7000";

    private readonly Option<string> _view =
        Options.Addresses("--view", "ADDR[,ADDR]", StandardView, "The view service's addresses: members of one cluster");

    private readonly Option<string> _timeout = Options.Duration("--timeout", "30s", "How long to try before giving up");

    private readonly Option<bool> _json = Options.Flag("--json", "Answer with one JSON object");

    public void AddTo(Command command)
    {
        command.Options.Add(_view);
        command.Options.Add(_timeout);
        command.Options.Add(_json);
    }

    public IReadOnlyList<string> View(ParseResult parsed) => parsed.GetRequiredValue(_view).Split(',');

    public TimeSpan Timeout(ParseResult parsed) => Durations.Parse(parsed.GetRequiredValue(_timeout));

    /// <summary>Whatever the command: whether it was told to answer in JSON.</summary>
    public static bool WantsJson(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(o => o.Name == "--json") is { } json && parsed.GetValue(json);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);
}
