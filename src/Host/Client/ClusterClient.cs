using System.Collections.Immutable;
using Akka.Configuration;

namespace PbKv.Host.Client;

/// <summary>
/// The cluster as the commands see it: what goes wrong is a <see cref="Failure"/> with the code and the exit code of
/// the contract.
/// </summary>
internal sealed class ClusterClient(PbKvSettings settings, PbKvClient? client, PlainClient? plain) : IAsyncDisposable
{
    /// <summary>For a command that asks for one thing.</summary>
    public static ClusterClient Open(PbKvSettings settings) => new(settings, null, new PlainClient(settings));

    /// <summary>For many callers, or a long time. The cluster need not be there yet: what is asked of it waits for it,
    /// up to the timeout.</summary>
    public static async Task<ClusterClient> OpenAsync(PbKvSettings settings, Config config)
    {
        try
        {
            var options = new PbKvClientOptions { Config = config, Deadline = settings.Deadline };
            return new ClusterClient(settings, await PbKvClient.ConnectAsync(settings.ViewServices, options), null);
        }
        catch (PbKvStartException e)
        {
            throw new Failure("CannotStart", e.Message);
        }
    }

    /// <returns>What is answered, as it came; null for a value that is not there.</returns>
    public async Task<Bytes?> RunAsync(OperationKind kind, Bytes key, Bytes value, CancellationToken cancellation)
    {
        try
        {
            var result = plain is not null
                ? plain.Run(kind, key, value, cancellation)
                : await client!.RunAsync(kind, key, value, cancellation: cancellation);
            return result is null ? null : new Bytes(result);
        }
        catch (Exception e) when (e is PbKvException or PbKvCanceledException)
        {
            throw FailureOf(e);
        }
    }

    /// <param name="atMost">Waits no longer than this, if the timeout allows more.</param>
    public async Task<PbKvStatus> StatusAsync(CancellationToken cancellation, TimeSpan? atMost = null)
    {
        var within =
            atMost is { } most && (settings.Deadline == Timeout.InfiniteTimeSpan || settings.Deadline > most)
                ? most
                : settings.Deadline;
        try
        {
            return plain is not null
                ? plain.Status(within, cancellation)
                : await client!.StatusAsync(within, cancellation);
        }
        catch (PbKvException e)
        {
            throw FailureOfViewService(e, within);
        }
        catch (OperationCanceledException)
        {
            throw new Failure("Cancelled", "interrupted");
        }
    }

    public PbKvReset Reset(string primary, CancellationToken cancellation) =>
        Change(client => client.Reset(primary, cancellation), "reset");

    public string AddViewService(ViewServiceName added, CancellationToken cancellation) =>
        Change(client => client.AddViewService(added, cancellation), "change");

    public string RemoveViewService(string id, CancellationToken cancellation) =>
        Change(client => client.RemoveViewService(id, cancellation), "change");

    public string LetViewServiceAct(string id, CancellationToken cancellation) =>
        Change(client => client.LetViewServiceAct(id, cancellation), "change");

    private T Change<T>(Func<PlainClient, T> ask, string what)
    {
        try
        {
            return ask(plain!);
        }
        catch (PbKvException e)
        {
            throw FailureOfViewService(e, settings.Deadline);
        }
        catch (OperationCanceledException)
        {
            throw new Failure(
                "Cancelled",
                $"interrupted after the {what} may have been asked for: look at the status",
                ExitCodes.OutcomeUnknown
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        plain?.Dispose();
        if (client is not null)
            await client.DisposeAsync();
    }

    private string ViewServices => string.Join(", ", settings.ViewServices);

    /// <summary>Of what the view service alone is asked for.</summary>
    private Failure FailureOfViewService(PbKvException failure, TimeSpan within) =>
        failure.Code != PbKvError.Unreachable
            ? FailureOf(failure)
            : new Failure(
                nameof(PbKvError.Unreachable),
                $"no answer within {SettingText.OfDuration(within)} from the view service at {ViewServices}; is it "
                    + "running, and is that the address in its 'ready' line? --view names another"
            );

    private Failure FailureOf(Exception failure) =>
        failure switch
        {
            PbKvCanceledException e => new Failure("Cancelled", e.Message, CodeOf(e.Outcome)),
            PbKvException { Code: PbKvError.Unreachable } => new Failure(
                nameof(PbKvError.Unreachable),
                $"nothing could be sent within {SettingText.OfDuration(settings.Deadline)}: no primary was found "
                    + $"through the view service at {ViewServices}; is it running there, and has it a replica? "
                    + "'pbkv status' says how it is, --view names another"
            ),
            PbKvException e => new Failure(e.Code.ToString(), e.Message, CodeOf(e.Outcome)),
            _ => new Failure("ClientFailed", failure.Message, ExitCodes.OutcomeUnknown),
        };

    private static int CodeOf(PbKvOutcome outcome) =>
        outcome == PbKvOutcome.NotExecuted ? ExitCodes.Failed : ExitCodes.OutcomeUnknown;
}
