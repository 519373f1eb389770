using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace PbKv.Remoting;

/// <summary>What <c>type</c> of a dispatcher's configuration names.</summary>
public sealed class TurnDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly TurnDispatcher _dispatcher;

    public TurnDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new TurnDispatcher(this);

    /// <summary>One for all its actors: they have nothing in common but its settings.</summary>
    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>
/// Runs an actor that was woken on the thread that woke it, after what that thread is at: see <see cref="Turn"/>.
/// </summary>
internal sealed class TurnDispatcher : MessageDispatcher
{
    internal TurnDispatcher(MessageDispatcherConfigurator configurator)
        : base(configurator)
    {
        var config = configurator.Config;
        Id = config.GetString("id", "turn-dispatcher");
        Throughput = config.GetInt("throughput", DefaultThroughput);
        ShutdownTimeout = config.GetTimeSpan("shutdown-timeout", TimeSpan.FromSeconds(1));
    }

    /// <summary>Akka attaches and supervises under locks of its own, in which no actor should run.</summary>
    public override void Attach(ActorCell cell)
    {
        using (Turn.WithoutRunning())
            base.Attach(cell);
    }

    /// <inheritdoc cref="Attach"/>
    public override void SystemDispatch(ActorCell cell, SystemMessage message)
    {
        using (Turn.WithoutRunning())
            base.SystemDispatch(cell, message);
    }

    protected override void ExecuteTask(IRunnable run) => Turn.Execute(run);

    protected override void Shutdown()
    {
        // It owns no thread.
    }
}

internal interface ITimed
{
    /// <summary>It will not do anything any more.</summary>
    bool IsOver { get; }

    /// <summary>It is due.</summary>
    /// <returns>After how long it is due again; null: never.</returns>
    TimeSpan? Fire();
}
