using System.Runtime.Serialization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PbKv.Actors.Wire;

namespace PbKv.Client;

/// <summary>What a client, or several that share it, have of an ActorSystem: a clerk, and the way to it.</summary>
internal sealed class ClientConnection
{
    private readonly ActorSystem _system;
    private readonly JoinedConnections? _joined;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IActorRef _guardian;

    /// <param name="joined">Those of an application's system; null: the system is this one's own.</param>
    private ClientConnection(ActorSystem system, JoinedConnections? joined, PbKvSettings settings, NodeHooks hooks)
    {
        (_system, _joined) = (system, joined);
        Queue = new CallQueue(settings.MaxPending);
        _guardian = system.ActorOf(
            NodeGuardian.CreateProps(Clerk.CreateProps(Queue, settings, hooks), "clerk", OnEnded),
            RandomName()
        );
    }

    public CallQueue Queue { get; }

    /// <summary>How many clients have it, where an application's share it.</summary>
    public int Users { get; set; }

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>
    /// Answers come on the connection that the client opened, so it listens on loopback only. Its name is random: two
    /// systems of the same name and address would be taken for one.
    /// </summary>
    public static ClientConnection Own(PbKvSettings settings, ILoggerFactory? loggers, NodeHooks hooks)
    {
        var listens = settings with { Host = "127.0.0.1", Port = 0, Advertise = null };
        return new ClientConnection(NodeSystem.Create(RandomName(), listens, loggers), joined: null, settings, hooks);
    }

    public static ClientConnection In(ActorSystem system, JoinedConnections joined, PbKvSettings settings)
    {
        if (((ExtendedActorSystem)system).Provider.DefaultAddress.Port is null || !CanSend(system))
            throw new PbKvStartException(
                $"the ActorSystem {system.Name} cannot reach a PbKv: its configuration lacks what "
                    + $"{nameof(PbKvClient)}.{nameof(PbKvClient.Hocon)} holds"
            );
        return new ClientConnection(system, joined, settings, NodeHooks.None);
    }

    public Task<T> AskAsync<T>(Func<TaskCompletionSource<T>, Props> inquiry, CancellationToken cancellation)
    {
        if (HasEnded)
            return Task.FromException<T>(Failures.Closed(wasSubmitted: false));
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asker = _system.ActorOf(inquiry(result));
        return cancellation.CanBeCanceled ? WaitAsync(result, asker, cancellation) : result.Task;
    }

    /// <summary>Whatever this client still waits for fails. The last one closes the session.</summary>
    public async Task LetGoAsync(PbKvClient client)
    {
        if (_joined is null || _joined.GiveBack(this))
        {
            _guardian.Tell(new Clerk.Close(), ActorRefs.NoSender);
            await _ended.Task.ConfigureAwait(false);
        }
        else
        {
            var let = new Clerk.LetGo(
                client,
                new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            );
            _guardian.Tell(let, ActorRefs.NoSender);
            await Task.WhenAny(let.Done.Task, _ended.Task).ConfigureAwait(false);
        }
        if (_joined is null)
            await _system.Terminate().ConfigureAwait(false);
    }

    private async Task<T> WaitAsync<T>(TaskCompletionSource<T> result, IActorRef asker, CancellationToken cancellation)
    {
        try
        {
            return await result.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _system.Stop(asker);
            throw;
        }
    }

    private void OnEnded(Exception? failure)
    {
        Queue.Close(failure is null ? Failures.Closed : wasSubmitted => Failures.Failed(failure, wasSubmitted));
        _ended.TrySetResult();
    }

    private static string RandomName() => $"pbkv-client-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    private static bool CanSend(ActorSystem system)
    {
        try
        {
            return system.Serialization.FindSerializerFor(new Envelope(default, default, Stamp.None, []), null)
                is EnvelopeSerializer;
        }
        catch (SerializationException)
        {
            return false; // There is not even one for any object.
        }
    }

    public static PbKvSettings SettingsOf(IEnumerable<string> viewServices, PbKvClientOptions options)
    {
        var settings = PbKvSettings.Read(options.Config);
        ImmutableArray<string> addresses = [.. viewServices.Select(address => address.Trim())];
        if (addresses.IsEmpty)
            throw new PbKvStartException($"no view service is named: it takes one or more of {HostPort.Allowed}");
        foreach (var address in addresses)
        {
            if (!HostPort.TryParse(address, out _))
                throw new PbKvStartException(
                    $"'{address}' is no address of a view service: it takes {HostPort.Allowed}"
                );
        }
        return settings with { ViewServices = addresses, Deadline = options.Deadline ?? settings.Deadline };
    }
}
