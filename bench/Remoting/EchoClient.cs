using Akka.Actor;

namespace PbKv.Remoting.Bench;

/// <summary>
/// Keeps so many messages outstanding with a partner that echoes them, until the measurement is over.
/// </summary>
public sealed class EchoClient : ReceiveActor
{
    public EchoClient(
        ICanTell partner,
        int payload,
        int outstanding,
        Measurement measurement,
        TaskCompletionSource<double> done
    )
    {
        var echo = new Echo(new byte[payload]);
        var over = false;
        Receive<Start>(_ =>
        {
            for (var i = 0; i < outstanding; i++)
                partner.Tell(echo, Self);
        });
        Receive<Echo>(_ =>
        {
            if (over)
                return;
            over = !measurement.Count(1);
            if (over)
                done.SetResult(measurement.PerSecond);
            else
                partner.Tell(echo, Self);
        });
    }

    public sealed record Start;
}

/// <summary>Runs one such client until its measurement is over.</summary>
public static class EchoRun
{
    public static double Of(ActorSystem system, ICanTell partner, int payload, int outstanding, Measurement measurement)
    {
        var done = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = system.ActorOf(
            Props.Create(() => new EchoClient(partner, payload, outstanding, measurement, done))
        );
        client.Tell(new EchoClient.Start(), ActorRefs.NoSender);
        var result = done.Task.GetAwaiter().GetResult();
        system.Stop(client);
        return result;
    }
}
