using System.Collections.Immutable;
using Akka.Configuration;

namespace PbKv.Host.Client;

/// <summary>What every client command takes: whom to ask, how long to try, and in which form to answer.</summary>
internal sealed class ClientOptions
{
    public const string Quiet = "akka.loglevel = OFF, akka.stdout-loglevel = OFF";

    private readonly Option<TimeSpan?> _timeout = Options.Duration(
        "--timeout",
        "How long to try before giving up: 500ms, 30s, 2m, infinite [default: 30s]"
    );

    private readonly Option<bool> _json = Options.Json();

    private readonly Option<string?> _view = Options.AddressList(
        "--view",
        "The view service's addresses: members of one cluster [default: 127.0.0.1:7000]"
    );

    public void AddTo(Command command)
    {
        command.Options.Add(_view);
        command.Options.Add(_timeout);
        command.Options.Add(_json);
    }

    /// <summary>Without settings of the user's those of the code, which are the same and need no reading.</summary>
    public PbKvSettings Read(ParseResult parsed)
    {
        var settings = ConfigOptions.AreGiven(parsed)
            ? ConfigOptions.Check(ConfigOptions.Given(parsed))
            : new PbKvSettings();
        return settings with
        {
            ViewServices = ViewServices(parsed.GetValue(_view)) ?? settings.ViewServices,
            Deadline = parsed.GetValue(_timeout) ?? settings.Deadline,
        };
    }

    /// <summary>Clients say what goes wrong themselves; the log speaks up only when it is asked to.</summary>
    public static Config Quietly(ParseResult parsed) => ConfigOptions.Given(parsed, Quiet);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public static ImmutableArray<string>? ViewServices(string? list) => list?.Split(',').ToImmutableArray();
}
