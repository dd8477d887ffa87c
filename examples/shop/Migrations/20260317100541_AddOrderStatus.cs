using Microsoft.EntityFrameworkCore.Migrations;
using Shop.Orders;

#nullable disable

namespace Shop.Migrations
{
    /// <inheritdoc />
    public partial class AddOrderStatus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:Enum:order_status", "cancelled,paid,placed,shipped");

            migrationBuilder.AddColumn<OrderStatus>(
                name: "Status",
                table: "Orders",
                type: "order_status",
                nullable: false,
                defaultValue: OrderStatus.Placed);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Status",
                table: "Orders");

            migrationBuilder.AlterDatabase()
                .OldAnnotation("Npgsql:Enum:order_status", "cancelled,paid,placed,shipped");
        }
    }
}
