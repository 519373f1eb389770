using Akka.Actor;
using Xunit.Abstractions;

namespace Engine.Own.Tests.Remote;

[Collection(nameof(Alone))]
public sealed class Allocations(ITestOutputHelper output)
{
    private const int RoundTrips = 50_000;

    /// <summary>The array of a payload, the message around it, and the mailbox's node, on either end; and some room.</summary>
    private const int BytesAllowed = 2 * (32 + 24 + 40) + 30;

    [Fact]
    public async Task A_message_costs_its_payload_and_its_object_and_no_more()
    {
        var near = OwnSystems.Start("near");
        var far = OwnSystems.Start("far");
        far.ActorOf(Props.Create(() => new ParcelEcho()), "echo");
        var partner = OwnSystems.Across(near, far, "/user/echo");
        await Run(near, partner);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Run(near, partner);
        var perRoundTrip = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RoundTrips;
        output.WriteLine($"{perRoundTrip:F1} bytes a round trip");
        Assert.InRange(perRoundTrip, 0, BytesAllowed);
        await near.Terminate();
        await far.Terminate();
    }

    private static async Task Run(ActorSystem system, IActorRef partner)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = system.ActorOf(Props.Create(() => new Client(partner, done)));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        system.Stop(client);
    }

    private sealed class Client : ReceiveActor
    {
        private const int Outstanding = 100;

        private readonly IActorRef _partner;
        private readonly Parcel _parcel = new(new byte[8]);
        private int _told;

        public Client(IActorRef partner, TaskCompletionSource done)
        {
            _partner = partner;
            var heard = 0;
            Receive<Parcel>(_ =>
            {
                if (++heard == RoundTrips) done.SetResult();
                if (_told < RoundTrips) Tell();
            });
        }

        protected override void PreStart()
        {
            for (var i = 0; i < Outstanding; i++) Tell();
        }

        private void Tell()
        {
            _told++;
            _partner.Tell(_parcel, Self);
        }
    }
}
