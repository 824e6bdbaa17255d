class OrdersController < ActionController::API
  include Visitor

  rescue_from ActiveRecord::StatementInvalid, ActiveRecord::ConnectionNotEstablished, PG::Error, with: :refuse

  def index # no where: whose orders they are is the policy's business
    render json: Order.order(:id).to_a
  end

  def create
    order = Order.create!(params.permit(:item)).reload
    raise "the warehouse has none" if order.item == "The Moon"

    render json: order, status: :created
  end

  private

  def refuse(error)
    logger.error(error.message)
    error = error.cause if error.cause.is_a?(PG::Error)
    # no SQLSTATE: the connection is lost
    case error.is_a?(PG::Error) ? error.result&.error_field(PG::PG_DIAG_SQLSTATE) : nil
    when "28J01", "28J03" # the theme's script fetches a new token, and tries once more
      headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
      head :unauthorized
    when /^28J/, "42501" then head :forbidden
    when /^2[23]/ then head :bad_request
    when /^(08|28|53|57)/, nil then head :service_unavailable
    else head :internal_server_error
    end
  end
end
