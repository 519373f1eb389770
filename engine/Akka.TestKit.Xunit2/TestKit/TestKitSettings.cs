using Akka.Configuration;

namespace Akka.TestKit;

public class TestKitSettings
{
    internal static readonly Config Reference = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
          test {
            timefactor = 1.0
            filter-leeway = 3s
            single-expect-default = 3s
            default-timeout = 5s
          }
        }
        """);

    public TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1);
        if (TestTimeFactor <= 0) throw new ConfigurationException($"akka.test.timefactor is {TestTimeFactor}; it takes a number above zero");
    }

    public TimeSpan DefaultTimeout { get; }

    public TimeSpan SingleExpectDefault { get; }

    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>Every waiting time of a test is multiplied by it: slow machines set it above 1.</summary>
    public double TestTimeFactor { get; }
}
