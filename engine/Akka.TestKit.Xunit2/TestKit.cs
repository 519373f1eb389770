using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The base of xunit test classes: a system for each test, ended after it.</summary>
public class TestKit : TestKitBase, IDisposable
{
    private bool _disposed;

    public TestKit(ActorSystem system = null, ITestOutputHelper output = null) : this(system, Config.Empty, null, output) { }

    public TestKit(Config config, string actorSystemName = null, ITestOutputHelper output = null) : this(null, config, actorSystemName, output) { }

    public TestKit(string config, ITestOutputHelper output = null) : this(ConfigurationFactory.ParseString(config), null, output) { }

    private TestKit(ActorSystem system, Config config, string actorSystemName, ITestOutputHelper output)
        : base(system ?? StartSystem(actorSystemName, config), null)
    {
        if (output is null) return;
        var logger = ((ExtendedActorSystem)Sys).SystemActorOf(Props.Create(() => new TestOutputLogger(output)), "log-test");
        logger.Ask<LoggerInitialized>(new InitializeLogger(Sys.EventStream), DefaultTimeout).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called after the test; ends the system unless overridden.</summary>
    protected virtual void AfterAll() => Shutdown();

    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing) return;
        _disposed = true;
        AfterAll();
    }
}

/// <summary>Writes the log into the test's own output.</summary>
internal sealed class TestOutputLogger(ITestOutputHelper output) : DefaultLogger
{
    protected override bool Receive(object message)
    {
        if (message is InitializeLogger initialize) initialize.LoggingBus.Subscribe(Self, typeof(LogEvent));
        return base.Receive(message);
    }

    protected override void Print(LogEvent logEvent)
    {
        try
        {
            output.WriteLine(logEvent.ToString());
        }
        catch (InvalidOperationException)
        {
            // The test is over and its output closed; the line belongs to nobody.
            base.Print(logEvent);
        }
    }
}
