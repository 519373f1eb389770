// An application that is itself a server of a cluster: no process of its own for the data. Its settings are those of
// every application, appsettings.json, environment or command line:
//   dotnet run --project samples/EmbeddedNode -- --PbKv:ViewServices 127.0.0.1:7000
// Ctrl-C stops it when another server has taken its place.
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PbKv.Actors;
using PbKv.Hosting;

var builder = Host.CreateApplicationBuilder(args);
var viewServices = builder.Configuration["PbKv:ViewServices"] ?? "127.0.0.1:7000";
var settings = PbKvSettings.Default with { ViewServices = [viewServices] };
builder.Services.AddAkka(AkkaHosting.SystemName, akka => akka.WithPbKvReplica(settings).WithPbKvClient(viewServices));

using var host = builder.Build();
await host.StartAsync();
var system = host.Services.GetRequiredService<ActorSystem>();
var kv = system.GetPbKvClient();
await kv.PutAsync("greeting", $"hello from {system.GetPbKvNode().Address}");
Console.WriteLine(await kv.GetAsync("greeting"));
await host.WaitForShutdownAsync();
